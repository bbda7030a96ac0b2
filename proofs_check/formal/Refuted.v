(** * Published statements that fail, each by a point or a family *)
Require Import Reals Lra Lia Psatz Arith ZArith List.
From Coquelicot Require Import Rcomplements.
From KVRatio Require Import Fluid Sums AMin TwoLengths AllLengths Logarithm Intervals.
Import ListNotations.
Open Scope R_scope.

(** ** Theorem EC.1: lengths 1, 2, 3 with shares 7, 2, 2 are worse for A_min than lengths 1, 3 *)
Definition three (X Y W : R) (j : nat) : R :=
  match j with 1%nat => X | 2%nat => Y | 3%nat => W | _ => 0 end.

Theorem end_points : exists u x, shares x /\
  forall X Y, 0 <= X -> 0 <= Y -> 0 < h_sf 0 (two 1 u X Y) 1 u ->
    a_min 0 (two 1 u X Y) 1 u / h_sf 0 (two 1 u X Y) 1 u < a_min 0 x 1 u / h_sf 0 x 1 u.
Proof.
  exists 3%nat, (three 7 2 2). split; [intros [|[|[|[|k]]]]; cbn; lra|].
  intros X Y HX HY HP. apply Rle_lt_trans with (4 / 3).
  - assert (A := t6 1 3 X Y ltac:(lia) HX HY). cbn [INR] in A.
    apply (Rmult_le_reg_r (h_sf 0 (two 1 3 X Y) 1 3)); [assumption|].
    replace (a_min 0 (two 1 3 X Y) 1 3 / h_sf 0 (two 1 3 X Y) 1 3 * h_sf 0 (two 1 3 X Y) 1 3)
      with (a_min 0 (two 1 3 X Y) 1 3) by (field; lra). lra.
  - assert (Hh : h_sf 0 (three 7 2 2) 1 3 = 189).
    { rewrite h_sf_tails by lia. unfold upto, c. cbn. ring. }
    assert (Ha : a_min 0 (three 7 2 2) 1 3 = 782 / 3).
    { unfold a_min, a_min_with, a_min_stage, stage, upto. cbn. field. }
    rewrite Hh, Ha. lra.
Qed.

(** ** Theorem 4: staggered A_min has a smaller ratio, lengths 1 and 2, s = 0 *)
Theorem staggered_better : exists u b,
  (forall x, shares x -> a_min_staggered 0 x 1 u <= b * h_sf 0 x 1 u) /\
  (exists x, shares x /\ 0 < h_sf 0 x 1 u /\ b * h_sf 0 x 1 u < a_min 0 x 1 u).
Proof.
  exists 2%nat, (31 / 25). split.
  - intros x x0. assert (X := x0 1%nat). assert (Y := x0 2%nat).
    rewrite h_sf_tails by lia. unfold a_min_staggered, a_min_with, a_min_stage, stage, upto, c. cbn.
    set (p := x 1%nat) in *. set (q := x 2%nat) in *.
    assert (0 <= (p - 17 / 8 * q) ^ 2) by apply pow2_ge_0. field_simplify. nra.
  - exists (two 1 2 2 1). split; [apply two_shares; lra|]. rewrite h_sf_two by lia.
    assert (A := a_min_two 1 2 2 1 ltac:(lia) 0 ltac:(lra)). unfold c. cbn [INR] in *. lra.
Qed.

(** ** Section 5.1: which of A_l and A_min is better on two lengths
    The largest ratio is the only number that [attains] has. *)

Lemma attains_unique s l u F a b : attains s l u F a -> attains s l u F b -> a = b.
Proof.
  assert (H : forall a b, attains s l u F a -> attains s l u F b -> a <= b).
  { intros a' b' [_ (X & Y & HX & HY & P & A)] [B _]. specialize (B X Y HX HY).
    apply (Rmult_le_reg_r (h_sf s (two l u X Y) l u)); [assumption | lra]. }
  intros A B. apply Rle_antisym; apply H; assumption.
Qed.

Section Switch.
Variables l u : nat.
Hypothesis lu : (1 <= l < u)%nat.
Local Notation al := (INR l / INR u).

Lemma alpha : 0 < al < 1 /\ 1 <= INR l /\ INR l < INR u.
Proof.
  assert (L := INR_1 l ltac:(lia)). assert (INR l < INR u) by (apply lt_INR; lia). split; [split|lra].
  - apply Rdiv_lt_0_compat; lra.
  - apply (Rmult_lt_reg_r (INR u)); [lra|]. replace (al * INR u) with (INR l) by (field; lra). lra.
Qed.

Lemma a_min_attains : attains 0 l u a_min ((3 - al) / 2).
Proof.
  destruct alpha as (A & L & U). split; [intros; apply t6; assumption|].
  exists (INR u), (INR l). assert (S6 := t6_square l u (INR u) (INR l) lu).
  replace (INR l * INR u - INR u * INR l) with 0 in S6 by ring.
  replace ((INR u - INR l) * 0 ^ 2 / (2 * INR u)) with 0 in S6 by (field; lra).
  split; [lra|]. split; [lra|]. split; [|lra]. rewrite h_sf_two by assumption. unfold c.
  assert (0 < INR l * (0 + INR l) * INR u * (INR u + 2 * INR l)) by (repeat apply Rmult_lt_0_compat; lra).
  assert (0 <= INR u * (0 + INR u) * INR l * INR l) by (repeat apply Rmult_le_pos; lra). lra.
Qed.

Lemma a_l_attains_small : al <= 1 / 2 -> attains 0 l u a_l (1 + al / (2 * (1 - al))).
Proof.
  intro Ha. destruct alpha as (A & L & U).
  assert (U2 : 2 * INR l <= INR u).
  { apply (Rmult_le_compat_r (INR u)) in Ha; [|lra]. replace (al * INR u) with (INR l) in Ha by (field; lra). lra. }
  assert (Er : 1 + al / (2 * (1 - al)) = 1 + 1 / (2 * (INR u / INR l - 1))) by (field; lra).
  rewrite Er. split.
  - intros X Y HX HY. refine (proj1 (t7_s0 l u X Y (INR u / INR l) lu HX HY _) _); [field; lra|].
    apply (Rmult_le_reg_r (INR l)); [lra|]. replace (INR u / INR l * INR l) with (INR u) by (field; lra). lra.
  - exists (INR u - 2 * INR l), (INR l). split; [lra|]. split; [lra|].
    rewrite h_sf_two, a_l_two by assumption. unfold c. split; [|apply Req_le; field; lra].
    assert (0 < INR u * (0 + INR u) * INR l * INR l) by (repeat apply Rmult_lt_0_compat; lra).
    assert (0 <= INR l * (0 + INR l) * (INR u - 2 * INR l) * (INR u - 2 * INR l + 2 * INR l))
      by (repeat apply Rmult_le_pos; lra). lra.
Qed.

Lemma a_l_attains_large : 1 / 2 <= al -> attains 0 l u a_l (1 + 2 * al ^ 2).
Proof.
  intro Ha. destruct alpha as (A & L & U).
  assert (U2 : INR u <= 2 * INR l).
  { apply (Rmult_le_compat_r (INR u)) in Ha; [|lra]. replace (al * INR u) with (INR l) in Ha by (field; lra). lra. }
  assert (Er : 1 + 2 * al ^ 2 = 1 + 2 / (INR u / INR l) ^ 2) by (field; lra).
  rewrite Er. split.
  - intros X Y HX HY. refine (proj2 (t7_s0 l u X Y (INR u / INR l) lu HX HY _) _); [field; lra|].
    apply (Rmult_le_reg_r (INR l)); [lra|]. replace (INR u / INR l * INR l) with (INR u) by (field; lra). lra.
  - exists 0, 1. split; [lra|]. split; [lra|]. rewrite h_sf_two, a_l_two by assumption.
    unfold c. split; [nra | apply Req_le; field; lra].
Qed.

Theorem switch p q : attains 0 l u a_l p -> attains 0 l u a_min q ->
  (p < q <-> al < 1 / 2 /\ 0 < al ^ 2 - 3 * al + 1).
Proof.
  intros Hp Hq. destruct alpha as (A & L & U).
  rewrite (attains_unique _ _ _ _ _ _ Hq a_min_attains). destruct (Rle_lt_dec al (1 / 2)) as [S|S].
  - rewrite (attains_unique _ _ _ _ _ _ Hp (a_l_attains_small S)). set (a := al) in *.
    assert (D : (3 - a) / 2 - (1 + a / (2 * (1 - a))) = (a ^ 2 - 3 * a + 1) / (2 * (1 - a))) by (field; lra).
    assert (P : 0 < / (2 * (1 - a))) by (apply Rinv_0_lt_compat; lra). unfold Rdiv in *. split.
    + intro H. assert (0 < (a ^ 2 - 3 * a + 1) * / (2 * (1 - a))) by lra.
      assert (0 < a ^ 2 - 3 * a + 1) by (apply (Rmult_lt_reg_r (/ (2 * (1 - a)))); lra).
      split; [|assumption]. destruct (Req_dec a (1 * / 2)) as [E|]; [rewrite E in *; nra | lra].
    + intros [_ H]. assert (0 < (a ^ 2 - 3 * a + 1) * / (2 * (1 - a))) by (apply Rmult_lt_0_compat; lra). lra.
  - rewrite (attains_unique _ _ _ _ _ _ Hp (a_l_attains_large (Rlt_le _ _ S))).
    split; [intro H; nra | intros [H _]; lra].
Qed.
End Switch.

(** with prompts the rule fails: s = 1000, l = 1, u = 3; A_min is better at alpha = 1/3 *)
Theorem switch_prompts : exists s l u b, 0 <= s /\ (1 <= l < u)%nat /\
  INR l / INR u < 1 / 2 /\ 0 < (INR l / INR u) ^ 2 - 3 * (INR l / INR u) + 1 /\
  (forall X Y, 0 <= X -> 0 <= Y -> a_min s (two l u X Y) l u <= b * h_sf s (two l u X Y) l u) /\
  (exists X Y, 0 <= X /\ 0 <= Y /\ b * h_sf s (two l u X Y) l u < a_l s (two l u X Y) l u).
Proof.
  exists 1000, 1%nat, 3%nat, (137 / 100). split; [lra|]. split; [lia|]. cbn [INR].
  split; [lra|]. split; [lra|]. split.
  - intros X Y HX HY. assert (A := a_min_two 1 3 X Y ltac:(lia) 1000 ltac:(lra)).
    rewrite h_sf_two by lia. unfold c. cbn [INR] in *.
    assert (0 <= (X - 17 / 10 * Y) ^ 2) by apply pow2_ge_0. nra.
  - exists 0, 1. split; [lra|]. split; [lra|]. rewrite h_sf_two, a_l_two by lia. unfold c. cbn [INR]. lra.
Qed.

(** ** No logarithm for all prompts: l = 1, u = r^2, s = r^4, r short to 1 long: at least r/2 *)
Lemma long_prompts r : (2 <= r)%nat ->
  let x := two 1 (r * r) (INR r) 1 in let s := INR r ^ 4 in
  0 < h_sf s x 1 (r * r) /\ INR r * h_sf s x 1 (r * r) <= 2 * a_min s x 1 (r * r).
Proof.
  intros Hr x s. assert (R2 : 2 <= INR r) by (change 2 with (INR 2); apply le_INR, Hr).
  assert (lu : (1 <= 1 < r * r)%nat) by nia. assert (s0 : 0 <= s) by (apply pow_le; lra).
  assert (A := a_min_two 1 (r * r) (INR r) 1 lu s s0). fold x in A.
  unfold x in *. rewrite h_sf_two by assumption. unfold c. rewrite mult_INR in *. cbn [INR] in *.
  unfold s in *. set (p := INR r) in *. assert (P1 : 0 < p) by lra.
  split.
  - assert (0 < 1 * (p ^ 4 + 1) * p * (p + 2 * 1)) by (repeat apply Rmult_lt_0_compat; assert (0 < p ^ 4) by (apply pow_lt; lra); lra).
    assert (0 <= p * p * (p ^ 4 + p * p) * 1 * 1) by (repeat apply Rmult_le_pos; assert (0 < p ^ 4) by (apply pow_lt; lra); nra). lra.
  - apply (Rmult_le_reg_l (p ^ 4 + p * p)); [assert (0 < p ^ 4) by (apply pow_lt; lra); nra|].
    match goal with |- _ <= ?q * (2 * ?a) => replace (q * (2 * a)) with (2 * (q * a)) by ring end.
    rewrite A. set (e := p - 2). assert (e0 : 0 <= e) by (unfold e; lra).
    replace p with (2 + e) by (unfold e; ring).
    match goal with |- ?a <= ?b => enough (0 <= b - a) by lra end.
    match goal with |- 0 <= ?a => ring_simplify a end.
    repeat apply Rplus_le_le_0_compat; try apply Rmult_le_pos; try apply pow_le; lra.
Qed.

(** ln r <= 2 m for r = m^2, so that r/2 passes C (1 + 2 ln r) *)
Lemma passes C : exists r, (2 <= r)%nat /\ C * (1 + ln (INR (r * r) / 1)) < INR r / 2.
Proof.
  destruct (archimed (Rmax 2 (20 * C))) as [A _]. assert (A1 := Rmax_l 2 (20 * C)).
  assert (A2 := Rmax_r 2 (20 * C)). set (z := up (Rmax 2 (20 * C))) in *.
  assert (Z0 : (2 < z)%Z) by (apply lt_IZR; lra).
  set (m := Z.to_nat z). assert (M : INR m = IZR z) by (unfold m; rewrite INR_IZR_INZ, Z2Nat.id by lia; reflexivity).
  exists (m * m)%nat. split; [unfold m; nia|]. rewrite !mult_INR, M. set (y := IZR z) in *.
  replace (y * y * (y * y) / 1) with (y * y * (y * y)) by field.
  assert (Y2 : 2 < y) by lra. assert (Ly := ln_below y ltac:(lra)).
  rewrite !ln_mult by (repeat apply Rmult_lt_0_compat; lra).
  assert (0 <= ln y) by (rewrite <- ln_1; apply Rcomplements.ln_le; lra).
  destruct (Rle_lt_dec C 0); [nra|].
  apply Rle_lt_trans with (C * (4 * y)); [apply Rmult_le_compat_l; lra | nra].
Qed.

Theorem no_logarithm : ~ exists C, forall s l u x, 0 <= s -> (1 <= l <= u)%nat -> shares x ->
  a_min s x l u <= C * (1 + ln (INR u / INR l)) * h_sf s x l u.
Proof.
  intros (C & H). destruct (passes C) as (r & Hr & P). destruct (long_prompts r Hr) as [H0 A].
  assert (B := H (INR r ^ 4) 1%nat (r * r)%nat (two 1 (r * r) (INR r) 1)
    ltac:(apply pow_le, pos_INR) ltac:(nia) ltac:(apply two_shares; [apply pos_INR | lra])).
  change (INR 1) with 1 in B.
  assert (C * (1 + ln (INR (r * r) / 1)) * h_sf (INR r ^ 4) (two 1 (r * r) (INR r) 1) 1 (r * r) <
          INR r / 2 * h_sf (INR r ^ 4) (two 1 (r * r) (INR r) 1) 1 (r * r)) by (apply Rmult_lt_compat_r; assumption).
  lra.
Qed.

Theorem no_logarithm_intervals : ~ exists C, forall s x l ends u,
  0 <= s -> (1 <= l)%nat -> ascending l ends u -> shares x ->
  revised s x l ends u <= C * (1 + ln (INR u / INR l)) * h_sf s x l u.
Proof.
  intros (C & H). apply no_logarithm. exists C. intros s l u x s0 lu x0.
  apply (H s x l [] u s0 ltac:(lia) (proj2 lu) x0).
Qed.

(** ** Theorem 2 *)
Theorem t2_arithmetic : ~ forall l u a b, 0 < l -> l < u -> 0 < a -> 0 < b -> (a / b) ^ 2 = l / u ->
  (a * u + b * l) * (a * u * l + b * l * u) / (2 * l) /
  (u * l * a ^ 2 / 2 + a * b * l ^ 2 + u * l * b ^ 2 / 2) = u / l * (1 + sqrt (u / l)) / 2.
Proof.
  intro H. specialize (H 1 4 1 2 ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra)).
  replace (4 / 1) with (2 * 2) in H by lra. rewrite sqrt_square in H by lra. lra.
Qed.

Lemma harmonic_root s l u : 0 <= s -> (1 <= l <= u)%nat ->
  exists w, 0 <= w /\ w ^ 2 = INR l ^ 2 + c s l * harmonic s l u.
Proof.
  intros s0 H. exists (sqrt (INR l ^ 2 + c s l * harmonic s l u)). split; [apply sqrt_pos|].
  apply pow2_sqrt. assert (C := c_nonneg s l s0).
  assert (0 <= harmonic s l u).
  { apply sum_nonneg. intros j Hj. apply Rlt_le, Rinv_0_lt_compat, step_pos; [assumption | lia]. }
  assert (0 <= INR l ^ 2) by apply pow2_ge_0. nra.
Qed.

(** 100 <= (257/256)^1182, so ln 100 <= 1182/256 *)
Lemma ln_100 : ln 100 <= 1182 / 256.
Proof.
  assert (P : 100 <= (257 / 256) ^ 1182).
  { replace ((257 / 256) ^ 1182) with (IZR (257 ^ 1182) / IZR (256 ^ 1182)).
    - apply (Rmult_le_reg_r (IZR (256 ^ 1182))); [apply IZR_lt; reflexivity|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r, <- mult_IZR
        by (apply not_0_IZR; discriminate).
      apply IZR_le. vm_compute. discriminate.
    - unfold Rdiv. rewrite Rpow_mult_distr, pow_inv, !pow_IZR. reflexivity. }
  eapply Rle_trans; [apply Rcomplements.ln_le; [lra | exact P]|].
  rewrite ln_pow by lra. assert (A := ln_below (257 / 256) ltac:(lra)).
  replace (INR 1182) with 1182 by (rewrite INR_IZR_INZ; reflexivity). lra.
Qed.

(** l = 1, u = 100: never above 141 times H-SF, where 550 is claimed *)
Theorem t2_statement : 141 < 550 /\ forall x, shares x -> a_max 0 x 1 100 <= 141 * h_sf 0 x 1 100.
Proof.
  split; [lra|]. intros x x0. destruct (harmonic_root 0 1 100 (Rle_refl 0) ltac:(lia)) as (w & w0 & Hw).
  eapply Rle_trans; [apply (a_max_above 0 1 100 w (Rle_refl 0) ltac:(lia) w0 Hw x x0)|].
  apply Rmult_le_compat_r; [apply h_sf_nonneg; [lra | assumption]|].
  assert (B : harmonic 0 1 100 <= 1 / 2 * ln 100).
  { assert (A := odd_sum_le 1 99 (le_n 1)). change (INR (1 + 99)) with (INR 100) in A.
    replace (INR 100) with 100 in A by (rewrite INR_IZR_INZ; reflexivity). change (INR 1) with 1 in A.
    rewrite ln_1 in A. unfold harmonic. change (100 - 1)%nat with 99%nat.
    rewrite (sum_ext _ odd); [lra|]. intros; unfold odd; f_equal; ring. }
  assert (N := ln_100).
  unfold c in *. change (INR 1) with 1 in *.
  replace (INR 100) with 100 by (rewrite INR_IZR_INZ; reflexivity).
  assert (w <= 1.82) by nra. lra.
Qed.

(** every alpha < 1: the largest ratio is below a (1 + sqrt a)/2 *)
Theorem t2_every_alpha l u x : (1 <= l < u)%nat -> shares x -> 0 < h_sf 0 x l u ->
  a_max 0 x l u < INR u / INR l * (1 + sqrt (INR u / INR l)) / 2 * h_sf 0 x l u.
Proof.
  intros H x0 P. assert (L := INR_1 l ltac:(lia)). assert (U : INR l < INR u) by (apply lt_INR; lia).
  destruct (harmonic_root 0 l u (Rle_refl 0) ltac:(lia)) as (w & w0 & Hw).
  eapply Rle_lt_trans; [apply (a_max_above 0 l u w (Rle_refl 0) ltac:(lia) w0 Hw x x0)|].
  apply Rmult_lt_compat_r; [assumption|].
  assert (B : INR l * harmonic 0 l u < INR (u - l)).
  { unfold harmonic. rewrite <- sum_scal.
    assert (K : forall n k, (l <= k)%nat -> (0 < n)%nat ->
      sum (fun j => INR l * / (0 + 2 * INR j - 1)) (S k) n < INR n).
    { induction n; intros k Hk Hn; [lia|]. cbn [sum]. rewrite (S_INR n).
      assert (Q : INR l * / (0 + 2 * INR (S k) - 1) < 1).
      { assert (INR l <= INR k) by (apply le_INR, Hk). rewrite S_INR.
        apply (Rmult_lt_reg_r (0 + 2 * (INR k + 1) - 1)); [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
      destruct n; [cbn [sum]; change (INR 0) with 0; lra|]. specialize (IHn (S k) ltac:(lia) ltac:(lia)). lra. }
    apply K; lia. }
  rewrite minus_INR in B by lia. unfold c in *.
  set (r := sqrt (INR u / INR l)). assert (r0 : 0 <= r) by apply sqrt_pos.
  assert (R : r * r = INR u / INR l) by (apply sqrt_sqrt, Rlt_le, Rdiv_lt_0_compat; lra).
  assert (W : w < INR l * r).
  { apply Rsqr_incrst_0; [|assumption|nra]. unfold Rsqr.
    replace (INR l * r * (INR l * r)) with (INR l * INR l * (INR u / INR l)) by (rewrite <- R; ring).
    replace (INR l * INR l * (INR u / INR l)) with (INR l * INR u) by (field; lra). nra. }
  apply (Rmult_lt_reg_r (2 * (INR l * INR l) / INR u)); [apply Rdiv_lt_0_compat; nra|].
  replace (1 * ((0 + INR u) * (INR l + w) / (2 * (INR l * (0 + INR l)))) * (2 * (INR l * INR l) / INR u))
    with (INR l + w) by (field; lra).
  replace (INR u / INR l * (1 + r) / 2 * (2 * (INR l * INR l) / INR u)) with (INR l * (1 + r)) by (field; lra).
  lra.
Qed.

(** ** Theorem 8: the printed sum at q = 1/2
    With h_k = 2^(1-k) the sum over i > k of i h_i is at most (k + 2) h_k, so the terms are at most
    k^3 (3 k + 2) h_k^2 = P(k) h_k^2 - P(k+1) h_(k+1)^2: at most P(1) = 208/3 together, against the
    82.37 printed. *)
Definition half (k : nat) : R := (1 / 2) ^ (k - 1).
Definition sum_left (k : R) : R := 4 * k ^ 4 + 8 * k ^ 3 + 16 * k ^ 2 + 24 * k + 52 / 3.

Lemma half_S k : (1 <= k)%nat -> half (S k) = half k / 2.
Proof. intro H. unfold half. replace (S k - 1)%nat with (S (k - 1)) by lia. cbn [pow]. field. Qed.

Lemma half_pos k : 0 < half k.
Proof. apply pow_lt. lra. Qed.

Lemma longer_sum m : forall k, (1 <= k)%nat -> sum (fun i => INR i * half i) k m <= half k * (2 * INR k + 2).
Proof.
  induction m; intros k H; cbn [sum]; assert (K := INR_1 k H); assert (P := half_pos k).
  - apply Rmult_le_pos; lra.
  - assert (I := IHm (S k) ltac:(lia)). rewrite half_S, S_INR in I by assumption. nra.
Qed.

Lemma left_sum m : forall k, (1 <= k)%nat ->
  sum (fun k => INR k ^ 3 * (3 * INR k + 2) * half k ^ 2) k m <= sum_left (INR k) * half k ^ 2.
Proof.
  induction m; intros k H; cbn [sum]; assert (K := INR_1 k H); assert (P := half_pos k).
  - apply Rmult_le_pos; [|apply pow2_ge_0]. unfold sum_left. assert (0 <= INR k ^ 2) by apply pow2_ge_0.
    assert (0 <= INR k ^ 3) by (apply pow_le; lra). assert (0 <= INR k ^ 4) by (apply pow_le; lra). lra.
  - assert (I := IHm (S k) ltac:(lia)). rewrite half_S, S_INR in I by assumption. unfold sum_left in *.
    replace ((half k / 2) ^ 2) with (half k ^ 2 / 4) in I by field. lra.
Qed.

Theorem printed_sum : let q := 1 / 2 in exists b,
  b < (1 + 2 * q + 11 * q ^ 2 + 8 * q ^ 3 + 11 * q ^ 4 + 2 * q ^ 5 + q ^ 6) / ((1 - q) ^ 6 * (1 + q) ^ 4) /\
  forall n, sum (fun k => INR k ^ 3 * q ^ (k - 1) *
    (2 * INR k * q ^ (k - 1) + sum (fun i => INR i * q ^ (i - 1)) (S k) (n - k))) 1 n <= b.
Proof.
  intro q. exists (208 / 3). split; [unfold q; lra|]. intro n.
  apply Rle_trans with (sum (fun k => INR k ^ 3 * (3 * INR k + 2) * half k ^ 2) 1 n).
  - apply sum_le. intros k Hk. change (q ^ (k - 1)) with (half k).
    change (sum (fun i => INR i * q ^ (i - 1)) (S k) (n - k)) with (sum (fun i => INR i * half i) (S k) (n - k)).
    assert (L := longer_sum (n - k) (S k) ltac:(lia)). rewrite half_S, S_INR in L by lia.
    assert (K := INR_1 k ltac:(lia)). assert (P := half_pos k).
    replace (INR k ^ 3 * (3 * INR k + 2) * half k ^ 2)
      with (INR k ^ 3 * half k * (2 * INR k * half k + half k / 2 * (2 * (INR k + 1) + 2))) by field.
    apply Rmult_le_compat_l; [|lra]. apply Rmult_le_pos; [apply pow_le; lra | lra].
  - eapply Rle_trans; [apply (left_sum n 1 (le_n 1))|]. unfold sum_left, half. cbn [INR Nat.sub pow]. lra.
Qed.
