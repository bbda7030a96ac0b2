(** * A_min on all lengths without prompts: Theorem 5, our sharper bound and its exact constant

    At s = 0, E = (l S_l + sum of S_k)^2, and by Cauchy-Schwarz
    E <= (1 + sum over l < k <= u of 1/(2k-1)) H-SF. For l = 1 the factor is
    h = 1 + 1/3 + ... + 1/(2u-1), with equality at the tails S_k = 1/(2k-1). *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums AMin.
Open Scope R_scope.

Definition odd (k : nat) : R := / (2 * INR k - 1).
Definition h (u : nat) : R := sum odd 1 u.

Lemma odd_pos k : (1 <= k)%nat -> 0 < odd k.
Proof. intro. assert (1 <= INR k) by (apply INR_1; lia). apply Rinv_0_lt_compat. lra. Qed.

(** ** Above *)
Lemma E_le_h_sf x l u : (1 <= l <= u)%nat ->
  E 0 x l u <= (1 + sum odd (S l) (u - l)) * h_sf 0 x l u.
Proof.
  intro H. assert (L : 1 <= INR l) by (apply INR_1; lia).
  rewrite E_tails, h_sf_tails by (lra || lia).
  assert (C := cauchy_first (INR l) (c 0 l) (sum x l (upto l u)) (fun _ => 1)
    (fun k => 2 * INR k - 1) (fun i m => sum x i m) (S l) (u - l) ltac:(lra)
    ltac:(apply c_pos; [lra | lia])).
  cbv beta in C. rewrite (stages_scal 1 (fun i m => sum x i m)) in C.
  replace (INR l ^ 2 / c 0 l) with 1 in C by (unfold c; field; lra).
  replace (sum (fun i => 1 ^ 2 / (2 * INR i - 1)) (S l) (u - l)) with (sum odd (S l) (u - l)) in C
    by (apply sum_ext; intros; unfold odd, Rdiv; ring).
  rewrite (stages_ext (fun i m => (0 + 2 * INR i - 1) * sum x i m ^ 2)
             (fun i m => (2 * INR i - 1) * sum x i m ^ 2)) by (intros; ring).
  assert (G : forall j, (S l <= j < S l + (u - l))%nat -> 0 < 2 * INR j - 1).
  { intros j Hj. assert (1 <= INR j) by (apply INR_1; lia). lra. }
  specialize (C G). rewrite !Rmult_0_l, !Rminus_0_r, Rplus_0_l. lra.
Qed.

Lemma a_min_le_h_sf x l u : shares x -> (1 <= l <= u)%nat ->
  a_min 0 x l u <= (1 + 1 / 2 * (1 + sum odd (S l) (u - l))) * h_sf 0 x l u.
Proof.
  intros x0 H. rewrite (decomposition 0 x) by (lra || lia).
  assert (A := E_le_h_sf x l u H). assert (B := D_nonneg 0 x (Rle_refl 0) x0 l u ltac:(lia)). lra.
Qed.

Lemma h_first u : (1 <= u)%nat -> h u = 1 + sum odd 2 (u - 1).
Proof.
  intro H. unfold h. replace u with (S (u - 1)) at 1 by lia. rewrite sum_S. unfold odd at 1.
  cbn [INR]. f_equal. field.
Qed.

(** ** Below: the tails 1/(2k-1) *)
Lemma odd_shares u : (1 <= u)%nat -> shares (fun k => if Nat.eqb k 0 then 0 else of_tails u odd k).
Proof.
  intros Hu [|k]; [cbn [Nat.eqb]; lra|]. cbn [Nat.eqb].
  assert (P := odd_pos (S k) ltac:(lia)). assert (Q := odd_pos (S (S k)) ltac:(lia)).
  unfold of_tails, cut. destruct (Nat.leb_spec (S k) u), (Nat.leb_spec (S (S k)) u); try lia; try lra.
  assert (odd (S (S k)) <= odd (S k)); [|lra].
  apply Rinv_le_contravar; [|rewrite (S_INR (S k)); lra].
  assert (1 <= INR (S k)) by (apply INR_1; lia). lra.
Qed.

Definition odd_worst (u k : nat) : R := if Nat.eqb k 0 then 0 else of_tails u odd k.

Lemma odd_worst_stages u (f : nat -> R -> R) k n : (1 <= k)%nat -> (k + n = S u)%nat ->
  stages (fun i m => f i (sum (odd_worst u) i m)) k n = sum (fun i => f i (odd i)) k n.
Proof.
  intros Hk H. rewrite <- (of_tails_stages u odd f k n H). apply stages_ext. intros i m Hi _ _.
  f_equal. apply sum_ext. intros j Hj. unfold odd_worst. destruct (Nat.eqb_spec j 0); [lia | reflexivity].
Qed.

Lemma odd_worst_first u : (1 <= u)%nat -> sum (odd_worst u) 1 (upto 1 u) = 1.
Proof.
  intro H. rewrite (sum_ext _ (of_tails u odd)).
  - rewrite of_tails_sum by (unfold upto; lia). unfold odd. cbn [INR]. field.
  - intros j Hj. unfold odd_worst. destruct (Nat.eqb_spec j 0); [lia | reflexivity].
Qed.

Lemma odd_worst_h_sf u : (1 <= u)%nat -> h_sf 0 (odd_worst u) 1 u = h u.
Proof.
  intro H. rewrite h_sf_tails, odd_worst_first, h_first by lia.
  rewrite (odd_worst_stages u (fun i a => (0 + 2 * INR i - 1) * a ^ 2)) by lia.
  f_equal; [unfold c; cbn [INR]; ring|]. apply sum_ext. intros j Hj. unfold odd.
  assert (1 <= INR j) by (apply INR_1; lia). field. lra.
Qed.

Lemma odd_worst_a_min u : (1 <= u)%nat ->
  (1 + h u) / 2 * h_sf 0 (odd_worst u) 1 u <= a_min 0 (odd_worst u) 1 u /\
  0 < h_sf 0 (odd_worst u) 1 u.
Proof.
  intro H. assert (x0 := odd_shares u H). fold (odd_worst u) in x0.
  rewrite (decomposition 0 (odd_worst u)) by (lra || lia).
  assert (B := D_le 0 (odd_worst u) (Rle_refl 0) x0 1 u (le_n 1)).
  rewrite E_tails, odd_worst_first by (lra || lia).
  rewrite (odd_worst_stages u (fun _ a => a)) by lia. cbn [INR].
  replace (sum (fun i => odd i) 2 (u - 1)) with (h u - 1)
    by (rewrite h_first by lia; change (fun i => odd i) with odd; ring).
  rewrite odd_worst_h_sf in * by lia.
  assert (0 < h u).
  { unfold h. replace u with (S (u - 1)) by lia. rewrite sum_S. apply Rplus_lt_le_0_compat.
    - apply odd_pos; lia.
    - apply sum_nonneg. intros j Hj. apply Rlt_le, odd_pos; lia. }
  split; [|assumption]. lra.
Qed.

Theorem sharper u : (1 <= u)%nat ->
  (forall x, shares x -> a_min 0 x 1 u <= (1 + 1 / 2 * h u) * h_sf 0 x 1 u) /\
  (exists x, shares x /\ 0 < h_sf 0 x 1 u /\ (1 + h u) / 2 * h_sf 0 x 1 u <= a_min 0 x 1 u).
Proof.
  intro H. split.
  - intros x x0. rewrite h_first by assumption. apply a_min_le_h_sf; [assumption | lia].
  - exists (odd_worst u). assert (A := odd_worst_a_min u H).
    split; [apply odd_shares, H | tauto].
Qed.

(** ** The logarithm *)
Lemma ln_above x : 0 <= x -> 2 * x / (2 + x) <= ln (1 + x).
Proof.
  intro H. destruct (Rle_lt_or_eq_dec 0 x H) as [P|<-].
  2:{ replace (1 + 0) with 1 by ring. rewrite ln_1. lra. }
  destruct (MVT_gen (fun t => ln (1 + t) - 2 * t / (2 + t)) 0 x
              (fun t => / (1 + t) - 4 / (2 + t) ^ 2)) as (z & Hz & E0).
  - intros t Ht. rewrite Rmin_left, Rmax_right in Ht by lra. auto_derive; [lra|]. field. lra.
  - intros t Ht. rewrite Rmin_left, Rmax_right in Ht by lra.
    apply continuity_pt_filterlim.
    apply (ex_derive_continuous (fun t => ln (1 + t) - 2 * t / (2 + t))). auto_derive. lra.
  - rewrite Rmin_left, Rmax_right in Hz by lra. replace (1 + 0) with 1 in E0 by ring. rewrite ln_1 in E0.
    assert (0 <= / (1 + z) - 4 / (2 + z) ^ 2).
    { replace (/ (1 + z) - 4 / (2 + z) ^ 2) with (z ^ 2 / ((1 + z) * (2 + z) ^ 2)) by (field; lra).
      apply Rmult_le_pos; [apply pow2_ge_0|]. apply Rlt_le, Rinv_0_lt_compat.
      apply Rmult_lt_0_compat; [lra | apply pow_lt; lra]. }
    assert (0 <= (/ (1 + z) - 4 / (2 + z) ^ 2) * (x - 0)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma ln_below x : 0 < x -> ln x <= x - 1.
Proof.
  intro H. rewrite <- (ln_exp (x - 1)). apply ln_le; [assumption|].
  assert (A := exp_ineq1_le (x - 1)). lra.
Qed.

Lemma odd_le k : (1 <= k)%nat -> odd (S k) <= 1 / 2 * (ln (INR (S k)) - ln (INR k)).
Proof.
  intro H. assert (K : 1 <= INR k) by (apply INR_1; lia).
  assert (A := ln_above (/ INR k) ltac:(apply Rlt_le, Rinv_0_lt_compat; lra)).
  rewrite <- ln_div by (rewrite ?S_INR; lra).
  replace (INR (S k) / INR k) with (1 + / INR k) by (rewrite S_INR; field; lra).
  unfold odd. rewrite S_INR.
  replace (/ (2 * (INR k + 1) - 1)) with (1 / 2 * (2 * / INR k / (2 + / INR k))) by (field; lra).
  lra.
Qed.

Lemma odd_ge k : (1 <= k)%nat ->
  1 / 2 * (ln (2 * INR (S k) - 1) - ln (2 * INR k - 1)) <= odd k.
Proof.
  intro H. assert (K : 1 <= INR k) by (apply INR_1; lia).
  rewrite S_INR, <- ln_div by lra.
  assert (A := ln_below ((2 * (INR k + 1) - 1) / (2 * INR k - 1))
                 ltac:(apply Rdiv_lt_0_compat; lra)).
  unfold odd. replace (/ (2 * INR k - 1))
    with (1 / 2 * ((2 * (INR k + 1) - 1) / (2 * INR k - 1) - 1)) by (field; lra).
  lra.
Qed.

Lemma odd_sum_le l n : (1 <= l)%nat ->
  sum odd (S l) n <= 1 / 2 * (ln (INR (l + n)) - ln (INR l)).
Proof.
  revert l. induction n; intros l H; cbn [sum]; [rewrite Nat.add_0_r; lra|].
  assert (A := odd_le l H). assert (B := IHn (S l) ltac:(lia)).
  replace (S l + n)%nat with (l + S n)%nat in B by lia. lra.
Qed.

Lemma odd_sum_ge l n : (1 <= l)%nat ->
  1 / 2 * (ln (2 * INR (l + n) - 1) - ln (2 * INR l - 1)) <= sum odd l n.
Proof.
  revert l. induction n; intros l H; cbn [sum]; [rewrite Nat.add_0_r; lra|].
  assert (A := odd_ge l H). assert (B := IHn (S l) ltac:(lia)).
  replace (S l + n)%nat with (l + S n)%nat in B by lia. lra.
Qed.

Lemma a_min_le_ln x l u : shares x -> (1 <= l <= u)%nat ->
  a_min 0 x l u <= (3 / 2 + 1 / 4 * ln (INR u / INR l)) * h_sf 0 x l u.
Proof.
  intros x0 H. eapply Rle_trans; [apply a_min_le_h_sf; assumption|].
  apply Rmult_le_compat_r; [apply h_sf_nonneg; [lra | assumption]|].
  assert (A := odd_sum_le l (u - l) ltac:(lia)). replace (l + (u - l))%nat with u in A by lia.
  assert (1 <= INR l) by (apply INR_1; lia). assert (1 <= INR u) by (apply INR_1; lia).
  rewrite ln_div by lra. lra.
Qed.

Lemma h_ge u : 1 / 2 * ln (INR u + 1) <= h u.
Proof.
  unfold h. assert (A := odd_sum_ge 1 u (le_n 1)). replace (2 * INR 1 - 1) with 1 in A by (cbn; ring).
  rewrite ln_1 in A. rewrite plus_INR in A. cbn [INR] in A. assert (0 <= INR u) by apply pos_INR.
  assert (ln (INR u + 1) <= ln (2 * (1 + INR u) - 1)) by (apply ln_le; lra). lra.
Qed.

(** some whole number has a logarithm above [b] *)
Lemma ln_large b : exists u, (1 <= u)%nat /\ b < ln (INR u).
Proof.
  destruct (archimed (exp b)) as [Hu _]. assert (P := exp_pos b).
  assert (Z0 : (0 < up (exp b))%Z) by (apply lt_IZR; lra).
  exists (Z.to_nat (up (exp b))). split; [lia|].
  rewrite INR_IZR_INZ, Z2Nat.id by lia. rewrite <- (ln_exp b) at 1. apply ln_increasing; lra.
Qed.

Theorem constant :
  (forall u x, (1 <= u)%nat -> shares x ->
     a_min 0 x 1 u <= (3 / 2 + 1 / 4 * ln (INR u)) * h_sf 0 x 1 u) /\
  (forall b, b < 1 / 4 -> exists u x, (1 <= u)%nat /\ shares x /\
     (3 / 2 + b * ln (INR u)) * h_sf 0 x 1 u < a_min 0 x 1 u).
Proof.
  split.
  - intros u x Hu x0. assert (A := a_min_le_ln x 1 u x0 ltac:(lia)).
    replace (INR u / INR 1) with (INR u) in A by (cbn; field). exact A.
  - intros b Hb. destruct (ln_large (1 / (1 / 4 - b))) as (u & Hu & L).
    exists u, (odd_worst u). split; [assumption|]. split; [apply odd_shares, Hu|].
    destruct (odd_worst_a_min u Hu) as [A P]. eapply Rlt_le_trans; [|apply A].
    apply Rmult_lt_compat_r; [assumption|]. assert (B := h_ge u).
    assert (1 <= INR u) by (apply INR_1; lia).
    assert (ln (INR u) <= ln (INR u + 1)) by (apply ln_le; lra).
    assert (1 < (1 / 4 - b) * ln (INR u)).
    { apply (Rmult_lt_compat_l (1 / 4 - b)) in L; [|lra].
      replace ((1 / 4 - b) * (1 / (1 / 4 - b))) with 1 in L by (field; lra). exact L. }
    lra.
Qed.
