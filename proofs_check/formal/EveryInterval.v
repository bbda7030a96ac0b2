(** * Staggered A_min has a smaller competitive ratio than A_min on every interval

    Let R be A_min's, above 1. Staggering frees at least delta N^2, N the share of more than l tokens.
    Where N^2 is at least eta H-SF that lowers the ratio by delta eta; elsewhere A_min itself is at
    most H-SF + (s+u) u S_l N, which is near H-SF. *)
Require Import Reals Lra Lia Psatz Arith Classical.
From KVRatio Require Import Fluid Sums AMin TwoLengths.
Open Scope R_scope.

Section Interval.
Variables (s : R) (l u : nat).
Hypotheses (s0 : 0 <= s) (lu : (1 <= l < u)%nat).
Local Notation all x := (sum x l (upto l u)).
Local Notation longer x := (sum x (S l) (u - l)).

(** ** What staggering frees *)
Lemma stage_less e less x k n : 0 <= e -> 0 <= less -> (1 <= k)%nat -> shares x ->
  a_min_stage s e less x k n + e * less * sum x k n * sum (fun j => e / (s + INR j) * x j) k n
  <= a_min_stage s e 0 x k n.
Proof.
  intros e0 l0 Hk x0. unfold a_min_stage, stage.
  set (W := sum (fun j => (e + 2 * (INR j - INR k)) / (s + INR j) * x j) k n).
  set (V := sum (fun j => e / (s + INR j) * x j) k n).
  assert (A : sum (fun j => e * (INR j - less) * x j) k n =
    sum (fun j => e * (INR j - 0) * x j) k n - e * less * sum x k n).
  { replace (sum (fun j => e * (INR j - 0) * x j) k n - e * less * sum x k n)
      with (sum (fun j => e * (INR j - 0) * x j) k n + - (e * less) * sum x k n) by ring.
    rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros; ring. }
  assert (V0 : V <= W).
  { apply sum_le. intros j Hj. assert (P := slot_pos s j s0 ltac:(lia)). assert (X := x0 j).
    assert (INR k <= INR j) by (apply le_INR; lia). apply Rmult_le_compat_r; [assumption|].
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, P | lra]. }
  assert (N := sum_shares x k n x0).
  assert (e * less * sum x k n * V <= e * less * sum x k n * W).
  { apply Rmult_le_compat_l; [|assumption]. repeat apply Rmult_le_pos; assumption. }
  rewrite A. lra.
Qed.

Definition freed : R := INR (S l) * (INR (S l) - 1) / (2 * (s + INR (S l))) / (s + INR u).

Lemma freed_pos : 0 < freed.
Proof.
  assert (P := slot_pos s u s0 ltac:(lia)). assert (Q := slot_pos s (S l) s0 ltac:(lia)).
  assert (L := INR_1 l ltac:(lia)). unfold freed. rewrite S_INR in *.
  repeat apply Rdiv_lt_0_compat; try apply Rmult_lt_0_compat; lra.
Qed.

Lemma less_nonneg k : (1 <= k)%nat -> 0 <= INR k * (INR k - 1) / (2 * (s + INR k)).
Proof.
  intro H. assert (K := INR_1 k H). assert (P := slot_pos s k s0 H).
  apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Rlt_le, Rinv_0_lt_compat; lra].
Qed.

Lemma staggered_frees x : shares x -> a_min_staggered s x l u + freed * longer x ^ 2 <= a_min s x l u.
Proof.
  intro x0. unfold a_min_staggered, a_min, a_min_with.
  assert (L := INR_1 l ltac:(lia)).
  assert (P0 : forall e k n, 0 <= e -> (1 <= k)%nat -> 0 <= sum (fun j => e / (s + INR j) * x j) k n).
  { intros e k n e0 Hk. apply sum_nonneg. intros j Hj. assert (P := slot_pos s j s0 ltac:(lia)).
    apply Rmult_le_pos; [|apply x0]. apply Rmult_le_pos; [assumption | apply Rlt_le, Rinv_0_lt_compat, P]. }
  assert (A := stage_less (s + INR l) _ x l (upto l u) ltac:(lra) (less_nonneg l ltac:(lia)) ltac:(lia) x0).
  assert (A0 : 0 <= (s + INR l) * (INR l * (INR l - 1) / (2 * (s + INR l))) * all x
    * sum (fun j => (s + INR l) / (s + INR j) * x j) l (upto l u)).
  { apply Rmult_le_pos; [|apply P0; lra || lia]. apply Rmult_le_pos; [|apply sum_shares, x0].
    apply Rmult_le_pos; [lra | apply less_nonneg; lia]. }
  replace (u - l)%nat with (S (u - S l)) by lia. cbn [stages].
  assert (B := stage_less 1 _ x (S l) (S (u - S l)) Rle_0_1 (less_nonneg (S l) ltac:(lia)) ltac:(lia) x0).
  assert (C : stages (fun k => a_min_stage s 1 (INR k * (INR k - 1) / (2 * (s + INR k))) x k) (S (S l)) (u - S l)
    <= stages (fun k => a_min_stage s 1 0 x k) (S (S l)) (u - S l)).
  { apply stages_le. intros j m Hj _ _.
    assert (D := stage_less 1 _ x j m Rle_0_1 (less_nonneg j ltac:(lia)) ltac:(lia) x0).
    assert (0 <= 1 * (INR j * (INR j - 1) / (2 * (s + INR j))) * sum x j m * sum (fun j => 1 / (s + INR j) * x j) j m).
    { apply Rmult_le_pos; [|apply P0; lra || lia]. apply Rmult_le_pos; [|apply sum_shares, x0].
      assert (E := less_nonneg j ltac:(lia)). lra. }
    lra. }
  set (N := sum x (S l) (S (u - S l))) in *. assert (N0 : 0 <= N) by apply sum_shares, x0.
  assert (W : / (s + INR u) * N <= sum (fun j => 1 / (s + INR j) * x j) (S l) (S (u - S l))).
  { unfold N. rewrite <- sum_scal. apply sum_le. intros j Hj. apply Rmult_le_compat_r; [apply x0|].
    assert (P := slot_pos s j s0 ltac:(lia)). unfold Rdiv. rewrite Rmult_1_l.
    apply Rinv_le_contravar; [assumption|]. assert (INR j <= INR u) by (apply le_INR; lia). lra. }
  assert (Z := less_nonneg (S l) ltac:(lia)). set (z := INR (S l) * (INR (S l) - 1) / (2 * (s + INR (S l)))) in *.
  assert (F : freed * N ^ 2 = 1 * z * N * (/ (s + INR u) * N)) by (unfold freed; fold z; unfold Rdiv; ring).
  assert (1 * z * N * (/ (s + INR u) * N) <= 1 * z * N * sum (fun j => 1 / (s + INR j) * x j) (S l) (S (u - S l))).
  { apply Rmult_le_compat_l; [|exact W]. apply Rmult_le_pos; lra. }
  lra.
Qed.

(** ** Near H-SF without longer ones *)
Definition rest : R := (s + INR u) * INR u.

Lemma gap_le x k n : shares x -> (l <= k)%nat -> (k + S n = S u)%nat -> gap s x k (S n) <= INR u * longer x.
Proof.
  intros x0 Hk Hn. unfold gap. rewrite sum_S.
  replace ((c s k - c s k) / (s + INR k) * x k) with 0
    by (assert (P := slot_pos s k s0 ltac:(lia)); field; lra).
  rewrite Rplus_0_l. replace (u - l)%nat with ((k - l) + n)%nat by lia. rewrite sum_split.
  replace (S l + (k - l))%nat with (S k) by lia. assert (A := sum_shares x (S l) (k - l) x0).
  assert (U := pos_INR u).
  assert (B : sum (fun j => (c s j - c s k) / (s + INR j) * x j) (S k) n <= INR u * sum x (S k) n).
  { rewrite <- sum_scal. apply sum_le. intros j Hj. apply Rmult_le_compat_r; [apply x0|].
    assert (P := slot_pos s j s0 ltac:(lia)). apply (Rmult_le_reg_r (s + INR j)); [assumption|].
    replace ((c s j - c s k) / (s + INR j) * (s + INR j)) with (c s j - c s k) by (field; lra).
    assert (INR j <= INR u) by (apply le_INR; lia). assert (C := c_nonneg s k s0). unfold c in *. nra. }
  assert (0 <= INR u * sum x (S l) (k - l)) by (apply Rmult_le_pos; assumption). lra.
Qed.

Lemma a_min_near x : shares x -> a_min s x l u <= h_sf s x l u + rest * (all x * longer x).
Proof.
  intro x0. rewrite entries by (assumption || lia). unfold entry. rewrite stages_plus. fold (h_sf s x l u).
  apply Rplus_le_compat_l. assert (M := sum_shares x (S l) (u - l) x0). assert (U := pos_INR u).
  replace (rest * (all x * longer x)) with ((s + INR u) * (INR u * longer x) * all x) by (unfold rest; ring).
  rewrite <- sum_scal, <- stages_sum. apply stages_le. intros k [|n] Hk Hn Hm; [lia|].
  unfold upto in Hn. assert (G := gap_le x k n x0 Hk ltac:(lia)). assert (X := x0 k).
  assert (INR k <= INR u) by (apply le_INR; lia). assert (P := slot_pos s k s0 ltac:(lia)).
  replace ((s + INR k) * x k * gap s x k (S n)) with (x k * ((s + INR k) * gap s x k (S n))) by ring.
  rewrite (Rmult_comm _ (x k)). apply Rmult_le_compat_l; [assumption|].
  apply Rle_trans with ((s + INR k) * (INR u * longer x)); [apply Rmult_le_compat_l; lra|].
  apply Rmult_le_compat_r; [apply Rmult_le_pos; assumption | lra].
Qed.

Lemma h_sf_all x : shares x -> c s l * all x ^ 2 <= h_sf s x l u.
Proof.
  intro x0. rewrite h_sf_tails by lia.
  assert (0 <= stages (fun i m => (s + 2 * INR i - 1) * sum x i m ^ 2) (S l) (u - l)); [|lra].
  apply stages_nonneg. intros j m Hj _ _. apply Rmult_le_pos; [|apply pow2_ge_0].
  assert (J := INR_1 j ltac:(lia)). lra.
Qed.

(** ** A_min's ratio: a number R > 1 *)
Definition ratio_of (r : R) : Prop := exists x, shares x /\ 0 < h_sf s x l u /\ r * h_sf s x l u = a_min s x l u.

Lemma above_one : exists r, 1 < r /\ ratio_of r.
Proof.
  assert (A := a_min_two l u 1 1 lu s s0). assert (L := INR_1 l ltac:(lia)).
  assert (LU : INR l < INR u) by (apply lt_INR; lia).
  set (x := two l u 1 1) in *. assert (x0 : shares x) by (apply two_shares; lra).
  assert (H := h_sf_two l u 1 1 lu s). fold x in H. unfold c in H.
  assert (P : 0 < h_sf s x l u).
  { rewrite H. assert (0 < INR l * (s + INR l)) by (apply Rmult_lt_0_compat; lra).
    assert (0 < INR u * (s + INR u)) by (apply Rmult_lt_0_compat; lra). lra. }
  exists (a_min s x l u / h_sf s x l u). split.
  - apply (Rmult_lt_reg_r (h_sf s x l u)); [assumption|].
    replace (a_min s x l u / h_sf s x l u * h_sf s x l u) with (a_min s x l u) by (field; lra).
    rewrite Rmult_1_l. apply (Rmult_lt_reg_l (s + INR u)); [lra|]. rewrite A, H.
    set (d := INR u - INR l). replace (INR u) with (INR l + d) by (unfold d; ring).
    assert (d0 : 0 < d) by (unfold d; lra).
    assert (0 < d * (s + INR l) * (s + 2 * INR l + d)) by (repeat apply Rmult_lt_0_compat; lra). nra.
  - exists x. split; [assumption|]. split; [assumption|]. field. lra.
Qed.

Lemma ratio_bounded r : ratio_of r -> r <= 1 + rest / c s l.
Proof.
  intros (x & x0 & P & E). assert (C := c_pos s l s0 ltac:(lia)).
  apply (Rmult_le_reg_r (h_sf s x l u)); [assumption|]. rewrite E.
  eapply Rle_trans; [apply a_min_near, x0|]. assert (B := h_sf_all x x0).
  assert (Q : longer x <= all x).
  { rewrite upto_S, sum_S by lia. assert (X := x0 l). lra. }
  assert (N := sum_shares x (S l) (u - l) x0).
  assert (R0 : 0 <= rest) by (unfold rest; assert (U := pos_INR u); apply Rmult_le_pos; lra).
  assert (all x * longer x <= h_sf s x l u / c s l).
  { apply (Rmult_le_reg_l (c s l)); [assumption|].
    replace (c s l * (h_sf s x l u / c s l)) with (h_sf s x l u) by (field; lra).
    apply Rle_trans with (c s l * all x ^ 2); [|assumption]. apply Rmult_le_compat_l; [lra|]. nra. }
  assert (rest * (all x * longer x) <= rest * (h_sf s x l u / c s l)) by (apply Rmult_le_compat_l; assumption).
  unfold Rdiv in *. lra.
Qed.

Theorem staggered_smaller : exists b,
  (forall x, shares x -> a_min_staggered s x l u <= b * h_sf s x l u) /\
  (exists x, shares x /\ 0 < h_sf s x l u /\ b * h_sf s x l u < a_min s x l u).
Proof.
  destruct above_one as (r1 & R1 & W1). assert (C := c_pos s l s0 ltac:(lia)).
  destruct (completeness ratio_of) as [R [Up Least]].
  { exists (1 + rest / c s l). intros r. apply ratio_bounded. }
  { exists r1. exact W1. }
  assert (RR : 1 < R) by (assert (A := Up r1 W1); lra).
  assert (K0 : 0 < rest).
  { unfold rest. assert (U := INR_1 u ltac:(lia)). apply Rmult_lt_0_compat; lra. }
  set (t := c s l * (R - 1) / (2 * rest)). set (eta := t * (R - 1) / (2 * rest)).
  assert (t0 : 0 < t) by (unfold t; apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra).
  assert (e0 : 0 < eta) by (unfold eta; apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra).
  assert (F := freed_pos).
  set (e := Rmin (freed * eta) ((R - 1) / 2)).
  assert (E0 : 0 < e) by (apply Rmin_glb_lt; [apply Rmult_lt_0_compat; assumption | lra]).
  assert (E1 := Rmin_l (freed * eta) ((R - 1) / 2)). assert (E2 := Rmin_r (freed * eta) ((R - 1) / 2)). fold e in E1, E2.
  exists (R - e). split.
  - intros x x0. assert (S1 := staggered_frees x x0). assert (H0 := h_sf_nonneg s x l u s0 x0).
    assert (N := sum_shares x (S l) (u - l) x0). assert (Ha := h_sf_all x x0).
    assert (near := a_min_near x x0).
    destruct (Rle_lt_dec (eta * h_sf s x l u) (longer x ^ 2)) as [Big|Small].
    + assert (A : a_min s x l u <= R * h_sf s x l u).
      { destruct (Rle_lt_or_eq_dec 0 _ H0) as [P|Z].
        - assert (B : a_min s x l u / h_sf s x l u <= R).
          { apply Up. exists x. split; [assumption|]. split; [assumption|]. field. lra. }
          apply (Rmult_le_compat_r (h_sf s x l u)) in B; [|lra].
          replace (a_min s x l u / h_sf s x l u * h_sf s x l u) with (a_min s x l u) in B by (field; lra). lra.
        - rewrite <- Z in *. assert (all x ^ 2 = 0) by (assert (0 <= all x ^ 2) by apply pow2_ge_0; nra).
          assert (all x = 0) by nra. rewrite H1 in near. lra. }
      assert (freed * (eta * h_sf s x l u) <= freed * longer x ^ 2) by (apply Rmult_le_compat_l; lra).
      assert (e * h_sf s x l u <= freed * eta * h_sf s x l u) by (apply Rmult_le_compat_r; assumption). lra.
    + assert (0 <= freed * longer x ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
      assert (Y : 2 * (all x * longer x) <= t / c s l * h_sf s x l u + eta / t * h_sf s x l u).
      { assert (0 <= (t * all x - longer x) ^ 2 * / t)
          by (apply Rmult_le_pos; [apply pow2_ge_0 | apply Rlt_le, Rinv_0_lt_compat, t0]).
        replace ((t * all x - longer x) ^ 2 * / t) with (t * all x ^ 2 + longer x ^ 2 / t - 2 * (all x * longer x)) in H1
          by (field; lra).
        assert (t / c s l * (c s l * all x ^ 2) <= t / c s l * h_sf s x l u)
          by (apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra | assumption]).
        replace (t / c s l * (c s l * all x ^ 2)) with (t * all x ^ 2) in H2 by (field; lra).
        assert (/ t * longer x ^ 2 <= / t * (eta * h_sf s x l u))
          by (apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat, t0 | lra]).
        unfold Rdiv in *. lra. }
      replace (t / c s l) with ((R - 1) / (2 * rest)) in Y by (unfold t; field; lra).
      replace (eta / t) with ((R - 1) / (2 * rest)) in Y by (unfold eta; field; lra).
      apply (Rmult_le_compat_l (rest / 2)) in Y; [|lra].
      replace (rest / 2 * ((R - 1) / (2 * rest) * h_sf s x l u + (R - 1) / (2 * rest) * h_sf s x l u))
        with ((R - 1) / 2 * h_sf s x l u) in Y by (field; lra).
      assert (e * h_sf s x l u <= (R - 1) / 2 * h_sf s x l u) by (apply Rmult_le_compat_r; assumption). lra.
  - destruct (classic (exists r, ratio_of r /\ R - e < r)) as [(r & (x & x0 & P & E) & B)|No].
    + exists x. split; [assumption|]. split; [assumption|]. rewrite <- E. apply Rmult_lt_compat_r; assumption.
    + exfalso. assert (R <= R - e); [|lra]. apply Least. intros r Hr.
      destruct (Rle_lt_dec r (R - e)); [assumption|]. exfalso. apply No. exists r. split; assumption.
Qed.
End Interval.
