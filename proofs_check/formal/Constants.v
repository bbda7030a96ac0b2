(** * The price of cancelling: its constant, and the inequality that every attempt keeps; numbers by
    interval arithmetic

    K(y) = (2y - 3 + 1/y)/(ln y)^2 is above c for all y > 1: near 1 and far out by
    2 ln w <= w - 1/w, between by interval arithmetic. *)
Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From KVRatio Require Import Fluid EveryPrompt Volumes Means Offset OffsetClasses.
Open Scope R_scope.

(** c (ln y)^2 < 2y - 3 + 1/y *)
Lemma near_one y : 1 < y <= 2.37 -> 2.72837 * ln y ^ 2 < 2 * y - 3 + 1 / y.
Proof.
  intro H. set (w := sqrt y). assert (w1 : 1 < w) by (unfold w; rewrite <- sqrt_1; apply sqrt_lt_1; lra).
  assert (W : w * w = y) by (apply sqrt_sqrt; lra). assert (A := ln_square w ltac:(lra)).
  assert (L : ln y = 2 * ln w) by (rewrite <- W, ln_mult by lra; ring). rewrite L.
  assert (L0 : 0 < ln w) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (B : (2 * ln w) ^ 2 <= (w - / w) ^ 2) by (apply pow_incr; lra).
  replace ((w - / w) ^ 2) with (y - 2 + / y) in B by (rewrite <- W; field; lra).
  assert (2.72837 * (y - 2 + / y) < 2 * y - 3 + 1 / y); [|lra].
  apply (Rmult_lt_reg_r y); [lra|].
  replace (2.72837 * (y - 2 + / y) * y) with (2.72837 * (y - 1) ^ 2) by (field; lra).
  replace ((2 * y - 3 + 1 / y) * y) with ((2 * y - 1) * (y - 1)) by (field; lra). nra.
Qed.

Lemma far y : 9 <= y -> 2.72837 * ln y ^ 2 < 2 * y - 3 + 1 / y.
Proof.
  intro H. set (z := sqrt y). set (q := sqrt z).
  assert (Z : z * z = y) by (apply sqrt_sqrt; lra).
  assert (z3 : 3 <= z) by (assert (0 <= z) by apply sqrt_pos; nra).
  assert (Q : q * q = z) by (apply sqrt_sqrt; lra).
  assert (q1 : 1 < q) by (assert (0 <= q) by apply sqrt_pos; nra).
  assert (A := ln_square q ltac:(lra)). assert (L0 : 0 < ln q) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (L : ln y = 4 * ln q) by (rewrite <- Z, <- Q, !ln_mult by nra; ring). rewrite L.
  assert (B : (2 * ln q) ^ 2 <= (q - / q) ^ 2) by (apply pow_incr; lra).
  replace ((q - / q) ^ 2) with (z - 2 + / z) in B by (rewrite <- Q; field; lra).
  assert (Y0 : 0 < 1 / y) by (apply Rdiv_lt_0_compat; lra).
  assert (z' : / z <= 1 / 3) by (replace (1 / 3) with (/ 3) by lra; apply Rinv_le_contravar; lra).
  assert (2.72837 * (4 * (z - 2 + / z)) < 2 * y - 3); [|lra]. rewrite <- Z. nra.
Qed.

Lemma between y : 2.37 <= y <= 9 -> 0 < 2 * y - 3 + 1 / y - 2.72837 * ln y ^ 2.
Proof.
  intro H. interval with (i_prec 50, i_bisect y, i_taylor y, i_degree 6, i_depth 20).
Qed.

(** An attempt from kappa to kappa y^2 costs omega^2 (2y-1) K and gains y - 1 of 2 K omega y ln y. *)
Lemma attempt K y w : 1 < y -> 0 < K -> K * ln y ^ 2 <= 2 * y - 3 + 1 / y ->
  0 <= (y - 1) - 2 * K * w * y * ln y + K * w ^ 2 * y * (2 * y - 1).
Proof.
  intros Hy HK H. apply (Rmult_le_reg_l (2 * y - 1)); [lra|]. rewrite Rmult_0_r.
  replace ((2 * y - 1) * ((y - 1) - 2 * K * w * y * ln y + K * w ^ 2 * y * (2 * y - 1)))
    with (K * y * ((2 * y - 1) * w - ln y) ^ 2 + y * ((2 * y - 3 + 1 / y) - K * ln y ^ 2)) by (field; lra).
  assert (0 <= K * y * ((2 * y - 1) * w - ln y) ^ 2) by (apply Rmult_le_pos; [nra | apply pow2_ge_0]).
  assert (0 <= y * ((2 * y - 3 + 1 / y) - K * ln y ^ 2)) by (apply Rmult_le_pos; lra). lra.
Qed.

Theorem price_lower_core : forall y, 1 < y ->
  272837 / 100000 * ln y ^ 2 < 2 * y - 3 + 1 / y /\
  forall w, 0 <= (y - 1) - 2 * (272837 / 100000) * w * y * ln y + 272837 / 100000 * w ^ 2 * y * (2 * y - 1).
Proof.
  intros y Hy. assert (A : 272837 / 100000 * ln y ^ 2 < 2 * y - 3 + 1 / y).
  { replace (272837 / 100000) with 2.72837 by lra. destruct (Rle_lt_dec y 2.37); [apply near_one; lra|].
    destruct (Rle_lt_dec 9 y); [apply far; assumption|]. assert (B := between y ltac:(lra)). lra. }
  split; [assumption|]. intro w. apply attempt; lra.
Qed.

(** ** One class: a random offset common to all; and four *)
Theorem common_offset r a z : requests r -> a <= z ->
  ex_RInt (class_stage 1 (357 / 125) r) a z /\
  RInt (class_stage 1 (357 / 125) r) a z <= 379 / 125 * area_of r.
Proof.
  intros ok az. destruct (classes_paid 1 (357 / 125) r a z (le_n 1) ltac:(lra) ok az) as [X B].
  split; [exact X|]. eapply Rle_trans; [apply B|]. apply Rmult_le_compat_r; [apply area_nonneg, ok|].
  unfold weights, class_weight. cbn [Fluid.sum Nat.eqb INR pow].
  interval with (i_prec 40).
Qed.

Theorem four_classes r a z : requests r -> a <= z ->
  ex_RInt (class_stage 4 (1379 / 1000) r) a z /\
  RInt (class_stage 4 (1379 / 1000) r) a z <= 6881 / 2500 * area_of r.
Proof.
  intros ok az. destruct (classes_paid 4 (1379 / 1000) r a z ltac:(lia) ltac:(lra) ok az) as [X B].
  split; [exact X|]. eapply Rle_trans; [apply B|]. apply Rmult_le_compat_r; [apply area_nonneg, ok|].
  unfold weights, class_weight. cbn [Fluid.sum Nat.eqb INR pow].
  interval with (i_prec 40).
Qed.

(** ** Independent offsets: K(3.716) < 2.7284 *)
Theorem independent_offsets r a z : requests r -> a <= z ->
  ex_RInt (offset_stage (929 / 250) r) a z /\
  RInt (offset_stage (929 / 250) r) a z <= 6821 / 2500 * area_of r.
Proof.
  intros ok az. destruct (offset (929 / 250) r a z ltac:(lra) ok az) as [X B].
  split; [exact X|]. eapply Rle_trans; [apply B|]. apply Rmult_le_compat_r; [apply area_nonneg, ok|].
  interval with (i_prec 40).
Qed.

(** ** Figure 1's law 0.2555 ln(u + 0.2793) + 1.1587 within 0.02, at u = 1: the ratio is 1 there *)
Theorem no_law : ~ forall u b, (1 <= u)%nat ->
  (forall x, shares x -> a_min 0 x 1 u <= b * h_sf 0 x 1 u) ->
  (exists x, shares x /\ 0 < h_sf 0 x 1 u /\ b * h_sf 0 x 1 u <= a_min 0 x 1 u) ->
  Rabs (b - (511 / 2000 * ln (INR u + 2793 / 10000) + 11587 / 10000)) <= 1 / 50.
Proof.
  intro H. assert (E : forall x, a_min 0 x 1 1 = h_sf 0 x 1 1).
  { intro x. unfold a_min, a_min_with, a_min_stage, h_sf, by_length, stage, once, upto, c. cbn. field. }
  specialize (H 1%nat 1 (le_n 1) ltac:(intros; rewrite E; lra)). cbn [INR] in H.
  assert (X : Rabs (1 - (511 / 2000 * ln (1 + 2793 / 10000) + 11587 / 10000)) <= 1 / 50).
  { apply H. exists (fun _ => 1). split; [intro; lra|]. rewrite E.
    unfold h_sf, by_length, stage, once, upto, c. cbn. lra. }
  apply Rabs_le_between in X. assert (L : 0.24 < ln (1 + 2793 / 10000)) by interval with (i_prec 50). lra.
Qed.
