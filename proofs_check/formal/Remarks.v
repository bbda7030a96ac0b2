(** * Remarks of P's text: rates, the choice between A_l and A_min with prompts, optimality *)
Require Import Reals Lra Lia Psatz Arith ZArith List Bool.
From Coquelicot Require Import Rcomplements.
From KVRatio Require Import Fluid Sums TwoLengths AllLengths Logarithm Slicing Refuted Model Certificates Greedy.
Import ListNotations.
Open Scope R_scope.

(** some whole number is above *)
Lemma whole_above b : exists m, (2 <= m)%nat /\ b < INR m.
Proof.
  destruct (archimed (Rmax 2 b)) as [A _]. assert (A1 := Rmax_l 2 b). assert (A2 := Rmax_r 2 b).
  set (z := up (Rmax 2 b)) in *. assert (Z0 : (2 < z)%Z) by (apply lt_IZR; lra).
  exists (Z.to_nat z). split; [lia|]. rewrite INR_IZR_INZ, Z2Nat.id by lia. lra.
Qed.

(** ** With prompts A_min is within no constant of slicing: r/2 against 32 *)
Theorem not_within_a_constant_prompts : ~ exists C, forall s u m b, 0 <= s -> (1 <= u <= 2 ^ m)%nat ->
  (forall x, shares x -> slicing s x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= b * h_sf s x 1 u) ->
  forall x, shares x -> a_min s x 1 u <= C * b * h_sf s x 1 u.
Proof.
  intros (C & H). destruct (whole_above (64 * C)) as (r & Hr & Big).
  destruct (long_prompts r Hr) as [P A]. set (x := two 1 (r * r) (INR r) 1) in *.
  assert (x0 : shares x) by (apply two_shares; [apply pos_INR | lra]).
  assert (s0 : 0 <= INR r ^ 4) by (apply pow_le, pos_INR).
  assert (U : (r * r < 2 ^ (r * r))%nat) by (apply Nat.pow_gt_lin_r; lia).
  assert (B := H (INR r ^ 4) (r * r)%nat (r * r)%nat 32 s0 ltac:(nia)).
  assert (G : a_min (INR r ^ 4) x 1 (r * r) <= C * 32 * h_sf (INR r ^ 4) x 1 (r * r)).
  { apply B; [|assumption]. intros w w0. eapply Rle_trans; [apply gsa; [assumption | nia | assumption]|].
    apply Rmult_le_compat_l; [lra | apply area_h_sf; lia || assumption]. }
  assert (C * 32 * h_sf (INR r ^ 4) x 1 (r * r) < INR r / 2 * h_sf (INR r ^ 4) x 1 (r * r))
    by (apply Rmult_lt_compat_r; lra). lra.
Qed.

(** ** A_max grows slower than (u/l)^1.5: l = 1, u = m^4 *)
Theorem slower_than_1_5 : ~ exists c, 0 < c /\ forall l u, (1 <= l <= u)%nat -> exists x, shares x /\
  0 < h_sf 0 x l u /\ c * (INR u / INR l * sqrt (INR u / INR l)) * h_sf 0 x l u <= a_max 0 x l u.
Proof.
  intros (c & C0 & H). destruct (whole_above (2 / c)) as (m & Hm & Big).
  set (u := (m * m * (m * m))%nat). assert (U : (1 <= 1 <= u)%nat) by (unfold u; nia).
  destruct (H 1%nat u U) as (x & x0 & P & A). assert (M2 : 2 <= INR m) by (change 2 with (INR 2); apply le_INR, Hm).
  assert (Eu : INR u = INR m ^ 2 * INR m ^ 2) by (unfold u; rewrite !mult_INR; ring).
  change (INR 1) with 1 in A. replace (INR u / 1) with (INR u) in A by field.
  assert (Sq : sqrt (INR u) = INR m ^ 2) by (rewrite Eu; apply sqrt_square, pow_le; lra).
  rewrite Sq in A. destruct (harmonic_root 0 1 u (Rle_refl 0) U) as (w & w0 & Hw).
  assert (B := a_max_above 0 1 u w (Rle_refl 0) U w0 Hw x x0).
  assert (Hl : harmonic 0 1 u <= 2 * (INR m - 1)).
  { assert (O := odd_sum_le 1 (u - 1) (le_n 1)). replace (1 + (u - 1))%nat with u in O by lia.
    change (INR 1) with 1 in O. rewrite ln_1 in O. unfold harmonic.
    rewrite (sum_ext _ odd) by (intros; unfold odd; f_equal; ring).
    rewrite Eu in O. rewrite ln_mult in O by (apply pow_lt; lra).
    replace (INR m ^ 2) with (INR m * INR m) in O by ring. rewrite ln_mult in O by lra.
    assert (Ly := ln_below (INR m) ltac:(lra)). lra. }
  unfold Fluid.c in *. change (INR 1) with 1 in *.
  assert (W : w <= INR m) by nra.
  assert (D : 0 < INR u) by (rewrite Eu; apply Rmult_lt_0_compat; apply pow_lt; lra).
  assert (E : c * (INR u * INR m ^ 2) * h_sf 0 x 1 u <= INR u * (1 + w) / 2 * h_sf 0 x 1 u).
  { eapply Rle_trans; [exact A|]. eapply Rle_trans; [exact B|]. apply Req_le. field. }
  apply Rmult_le_reg_r in E; [|assumption].
  assert (F : c * INR m ^ 2 <= (1 + w) / 2) by (apply (Rmult_le_reg_l (INR u)); [assumption | lra]).
  assert (2 < c * INR m).
  { apply (Rmult_lt_compat_l c) in Big; [|assumption]. replace (c * (2 / c)) with 2 in Big by (field; lra). exact Big. }
  nra.
Qed.

(** ** Choosing between A_l and A_min as without prompts: s = l = 1, u = 3, all long *)
Theorem choice_with_prompts : ~ forall s l u X Y, 0 <= s -> (1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->
  (if Rlt_dec (INR l / INR u) ((3 - sqrt 5) / 2) then a_l s (two l u X Y) l u else a_min s (two l u X Y) l u)
  <= Rmin ((3 - INR l / INR u) / 2) (1 + INR l / INR u / (2 * (1 - INR l / INR u))) * h_sf s (two l u X Y) l u.
Proof.
  intro H. specialize (H 1 1%nat 3%nat 0 1 ltac:(lra) ltac:(lia) ltac:(lra) ltac:(lra)).
  assert (S0 : 0 <= sqrt 5) by apply sqrt_pos. assert (S2 : sqrt 5 * sqrt 5 = 5) by (apply sqrt_sqrt; lra).
  assert (S_ : sqrt 5 < 2.2361) by nra.
  destruct (Rlt_dec _ _) as [D|D]; [|exfalso; apply D; cbn [INR]; lra].
  rewrite h_sf_two, a_l_two in H by lia. unfold Fluid.c in H. cbn [INR] in H.
  match type of H with _ <= Rmin ?a ?b * ?h => assert (M : Rmin a b <= b) by apply Rmin_r; assert (N : 0 <= h) by lra;
    assert (Q : Rmin a b * h <= b * h) by (apply Rmult_le_compat_r; assumption) end.
  lra.
Qed.

(** ** Appendix EC.1, all requests equal *)
Open Scope Z_scope.
Theorem a_max_slower : exists M l u rs steps, 0 < l <= u /\ Forall (fun r => l <= output r <= u /\ arrival r = 0) rs /\
  let a_max := run_of (starts M rs (map (fun _ => u) rs) steps) in
  let a_random := run_of (starts (M * l / u) rs (map output rs) steps) in
  valid M rs a_max /\ valid (M * l / u) rs a_random /\ tel rs a_random < tel rs a_max.
Proof.
  exists 6, 2, 4, [Req 0 2 0; Req 0 2 0], 5%nat. split; [lia|].
  split; [repeat constructor; cbn; lia|]. assert (ok : sane [Req 0 2 0; Req 0 2 0]) by (apply sane_ok; vm_compute; reflexivity).
  split; [apply (valid_ok 6 _ _ ok); vm_compute; reflexivity|].
  split; [apply (valid_ok (6 * 2 / 4) _ _ ok); vm_compute; reflexivity | vm_compute; reflexivity].
Qed.

Theorem turned_fails : exists M l u rs steps, 0 < l <= u /\ Forall (fun r => l <= output r <= u /\ arrival r = 0) rs /\
  let whole := run_of (starts M rs (map output rs) steps) in
  let part := run_of (starts (M * l / u) rs (map output rs) steps) in
  valid M rs whole /\ valid (M * l / u) rs part /\ u * tel rs whole < l * tel rs part.
Proof.
  exists 6, 2, 3, [Req 1 2 0; Req 1 2 0; Req 1 2 0; Req 1 2 0], 9%nat. split; [lia|].
  split; [repeat constructor; cbn; lia|].
  assert (ok : sane [Req 1 2 0; Req 1 2 0; Req 1 2 0; Req 1 2 0]) by (apply sane_ok; vm_compute; reflexivity).
  split; [apply (valid_ok 6 _ _ ok); vm_compute; reflexivity|].
  split; [apply (valid_ok (6 * 2 / 3) _ _ ok); vm_compute; reflexivity | vm_compute; reflexivity].
Qed.

(** two requests of one token with prompts of 1: at once with M = 4, one after the other with 3 *)
Theorem scaling_fails : exists M p q rs (t t' : nat -> Z), 0 < p < q /\
  valid M rs (fun j => Run [] (t j)) /\ valid (M * p / q) rs (fun j => Run [] (t' j)) /\
  (forall i j, (i < length rs)%nat -> (j < length rs)%nat -> 0 <= (t i - t j) * (t' i - t' j)) /\
  (forall i k, (i < length rs)%nat -> 0 <= k < t i ->
    (forall j, (j < length rs)%nat -> t j < t i -> t j <= k) ->
    ~ valid M rs (fun j => Run [] (if Nat.eqb j i then k else t j))) /\
  (forall i k, (i < length rs)%nat -> 0 <= k < t' i ->
    (forall j, (j < length rs)%nat -> t' j < t' i -> t' j <= k) ->
    ~ valid (M * p / q) rs (fun j => Run [] (if Nat.eqb j i then k else t' j))) /\
  q * tel rs (fun j => Run [] (t j)) < p * tel rs (fun j => Run [] (t' j)).
Proof.
  set (two_of := [Req 1 1 0; Req 1 1 0]).
  assert (V : forall M a b, 0 <= a -> 0 <= b ->
    (forall x, holds (Req 1 1 0) a (a + 1) x + holds (Req 1 1 0) b (b + 1) x <= M) ->
    valid M two_of (fun j => Run [] (nth j [a; b] 0))).
  { intros M a b A B H. split.
    - intros [|[|i]] Hi; cbn in *; lia.
    - intro x. unfold usage. cbn [total length two_of pick nth start cancelled map fold_right output]. specialize (H x). lia. }
  exists 4, 3, 4, two_of, (fun j => nth j [0; 0] 0), (fun j => nth j [0; 1] 0). split; [lia|].
  split; [apply V; try lia; intro x; unfold holds; cbn [prompt];
    destruct (Z.leb_spec 0 x), (Z.ltb_spec x (0 + 1)); cbn [andb]; lia|].
  split; [apply (V (4 * 3 / 4)); try lia; intro x; unfold holds; cbn [prompt]; change (4 * 3 / 4) with 3;
    destruct (Z.leb_spec 0 x), (Z.ltb_spec x (0 + 1)), (Z.leb_spec 1 x), (Z.ltb_spec x (1 + 1)); cbn [andb]; lia|].
  split; [intros [|[|i]] [|[|j]] Hi Hj; cbn in *; lia|].
  split; [intros [|[|i]] k Hi Hk; cbn in *; lia|]. split; [|vm_compute; reflexivity].
  intros [|[|i]] k Hi Hk _; [cbn in Hk; lia | | cbn in Hi; lia]. cbn in Hk. assert (k = 0) by lia. subst k.
  intros [_ U]. specialize (U 0). vm_compute in U. apply U. reflexivity.
Qed.
