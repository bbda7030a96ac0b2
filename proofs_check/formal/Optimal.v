(** * A_min is not optimal up to a constant, and which of A_l and A_min to take on two lengths *)
Require Import Reals Lra Lia Psatz Arith List.
From Coquelicot Require Import Rcomplements.
From KVRatio Require Import Fluid Sums TwoLengths Logarithm Refuted Doubling.
Open Scope R_scope.

(** slicing with doubling caps stays at 5/2, A_min's ratio grows like the logarithm *)
Theorem not_within_a_constant : ~ exists C, forall u m b, (1 <= u <= 2 ^ m)%nat ->
  (forall x, shares x -> slicing 0 x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= b * h_sf 0 x 1 u) ->
  forall x, shares x -> a_min 0 x 1 u <= C * b * h_sf 0 x 1 u.
Proof.
  intros (C & H). destruct (ln_large (Rabs C * 10)) as (u & Hu & L).
  assert (U : (u < 2 ^ u)%nat) by (apply Nat.pow_gt_lin_r; lia).
  assert (B := H u u (5 / 2) ltac:(lia) ltac:(intros; apply doubling_h_sf; [lia | assumption])
    (odd_worst u) (odd_shares u Hu)).
  destruct (odd_worst_a_min u Hu) as [A P]. assert (G := h_ge u). assert (K := INR_1 u Hu).
  assert (ln (INR u) <= ln (INR u + 1)) by (apply ln_le; lra). assert (Q := Rle_abs C).
  assert (C * (5 / 2) * h_sf 0 (odd_worst u) 1 u < (1 + h u) / 2 * h_sf 0 (odd_worst u) 1 u);
    [apply Rmult_lt_compat_r; [assumption | lra] | lra].
Qed.

(** alpha < (3 - sqrt 5)/2: A_l has 1 + alpha/(2 (1 - alpha)); above, A_min (3 - alpha)/2 *)
Theorem switching l u X Y : (1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->
  (if Rlt_dec (INR l / INR u) ((3 - sqrt 5) / 2) then a_l 0 (two l u X Y) l u else a_min 0 (two l u X Y) l u)
  <= 13091 / 10000 * h_sf 0 (two l u X Y) l u.
Proof.
  intros lu HX HY. assert (S0 : 0 <= sqrt 5) by apply sqrt_pos.
  assert (S2 : sqrt 5 * sqrt 5 = 5) by (apply sqrt_sqrt; lra).
  assert (S_ : 2.236 < sqrt 5 < 2.2361) by (split; nra).
  assert (h0 : 0 <= h_sf 0 (two l u X Y) l u) by (apply h_sf_nonneg; [lra | apply two_shares; assumption]).
  destruct (alpha l u lu) as (A & L & U). destruct (Rlt_dec _ _) as [D|D].
  - destruct (a_l_attains_small l u lu ltac:(lra)) as [B _]. eapply Rle_trans; [apply (B X Y HX HY)|].
    apply Rmult_le_compat_r; [assumption|]. set (a := INR l / INR u) in *.
    assert (a / (2 * (1 - a)) <= 0.3091); [|lra]. apply (Rmult_le_reg_r (2 * (1 - a))); [lra|].
    replace (a / (2 * (1 - a)) * (2 * (1 - a))) with a by (field; lra). lra.
  - eapply Rle_trans; [apply (t6 l u X Y lu HX HY)|]. apply Rmult_le_compat_r; [assumption|]. lra.
Qed.
