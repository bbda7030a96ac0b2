(** * A_min = H-SF + E/2 - D/2, for every prompt and interval

    With S_k, T_k, Y_k = sums of x_j, j x_j, x_j/(s+j) over j >= k, a stage of A_min is
    e T_k (2 S_k + (e - 2s - 2k) Y_k), and the stages add up by induction over the lengths. E is what
    the common slot costs, D what the requests cancelled early gain; 0 <= D <= H-SF. *)
Require Import Reals Lra Lia Psatz Arith.
From KVRatio Require Import Fluid Sums.
Open Scope R_scope.

Section Decomposition.
Variables (s : R) (x : nat -> R).
Hypothesis s0 : 0 <= s.

Local Notation tail := (sum x).                             (* S_k *)
Definition work := sum (fun j => INR j * x j).              (* T_k *)
Definition rest := sum (fun j => x j / (s + INR j)).        (* Y_k *)
Definition cube (k : nat) : R := INR k * (s + INR k) ^ 3.

(** ** A stage in S, T, Y *)
Lemma waits e k n : (1 <= k)%nat -> forall j, (k <= j)%nat ->
  sum (fun j => (e + 2 * (INR j - INR k)) / (s + INR j) * x j) j n =
  2 * tail j n + (e - 2 * s - 2 * INR k) * rest j n.
Proof.
  intro Hk. unfold rest. induction n; intros j Hj; cbn [sum]; [ring|].
  rewrite IHn by lia. assert (P := slot_pos s j s0 ltac:(lia)). field. lra.
Qed.

Lemma a_min_stage_eq e k n : (1 <= k)%nat ->
  a_min_stage s e 0 x k n = e * work k n * (2 * tail k n + (e - 2 * s - 2 * INR k) * rest k n).
Proof.
  intro Hk. unfold a_min_stage, stage. rewrite waits by lia. f_equal. unfold work.
  rewrite <- sum_scal. apply sum_ext. intros; ring.
Qed.

(** ** The stages above l *)
Definition remainder (k : nat) (T S_ Y : R) : R :=
  let P := T - INR k * S_ in let Q := S_ - (s + INR k) * Y in
  P ^ 2 - 2 * (INR k + s) * P * Q - INR k * (INR k + s) * Q ^ 2.

Lemma later_stages n : forall k,
  2 * stages (fun k => a_min_stage s 1 0 x k) (S k) n =
    2 * stages (fun i m => (s + 2 * INR i - 1) * tail i m ^ 2) (S k) n
    - s * stages (fun i m => tail i m ^ 2) (S k) n
    - stages (fun i m => (cube i - cube (pred i)) * rest i m ^ 2) (S k) n
    + remainder k (work (S k) n) (tail (S k) n) (rest (S k) n).
Proof.
  induction n; intros k; [unfold remainder, work, rest; cbn [sum stages]; ring|].
  cbn [stages]. rewrite Rmult_plus_distr_l, IHn, a_min_stage_eq by lia.
  assert (P := slot_pos s (S k) s0 ltac:(lia)).
  change (work (S k) (S n)) with (INR (S k) * x (S k) + work (S (S k)) n).
  change (tail (S k) (S n)) with (x (S k) + tail (S (S k)) n).
  change (rest (S k) (S n)) with (x (S k) / (s + INR (S k)) + rest (S (S k)) n).
  unfold remainder, cube. cbn [pred]. rewrite S_INR in *. field. lra.
Qed.

(** ** The decomposition *)
Definition E (l u : nat) : R :=
  (s * tail l (upto l u) + work l (upto l u)) ^ 2 - s ^ 2 * tail l (upto l u) ^ 2
  - s * (INR l * tail l (upto l u) ^ 2 + stages (fun i m => tail i m ^ 2) (S l) (u - l)).
Definition D (l u : nat) : R :=
  stages (by_length cube (fun j => x j / (s + INR j))) l (upto l u).

Theorem decomposition l u : (1 <= l <= u)%nat ->
  a_min s x l u = h_sf s x l u + E l u / 2 - D l u / 2.
Proof.
  intro H. unfold a_min, a_min_with, E, D. rewrite h_sf_tails by lia. rewrite upto_S by lia.
  rewrite by_parts, a_min_stage_eq by lia.
  assert (L := later_stages (u - l) l). assert (P := slot_pos s l s0 ltac:(lia)).
  set (n := (u - l)%nat) in *. fold rest.
  change (work l (S n)) with (INR l * x l + work (S l) n).
  change (tail l (S n)) with (x l + tail (S l) n).
  change (rest l (S n)) with (x l / (s + INR l) + rest (S l) n).
  unfold c, cube at 1. unfold remainder in L.
  apply (Rmult_eq_reg_l 2); [|lra]. rewrite Rmult_plus_distr_l, L. field. lra.
Qed.

(** E in the tails alone *)
Lemma E_tails l u : (l <= u)%nat ->
  E l u = ((s + INR l) * tail l (upto l u) + stages (fun i m => tail i m) (S l) (u - l)) ^ 2
    - s * (s + INR l) * tail l (upto l u) ^ 2 - s * stages (fun i m => tail i m ^ 2) (S l) (u - l).
Proof.
  intro H. unfold E, work. rewrite total_work, upto_S by assumption. cbn [stages].
  ring.
Qed.

(** ** D between its bounds, for shares >= 0 *)
Hypothesis x0 : shares x.

Lemma D_stage k m : (1 <= k)%nat ->
  by_length cube (fun j => x j / (s + INR j)) k (S m) =
  c s k * x k * (x k + 2 * sum (fun j => (s + INR k) / (s + INR j) * x j) (S k) m).
Proof.
  intro H. assert (P := slot_pos s k s0 H). rewrite by_length_eq.
  replace (sum (fun j => (s + INR k) / (s + INR j) * x j) (S k) m)
    with ((s + INR k) * sum (fun j => x j / (s + INR j)) (S k) m).
  - unfold cube, c. field. lra.
  - rewrite <- sum_scal. apply sum_ext. intros j Hj.
    assert (Q := slot_pos s j s0 ltac:(lia)). field. lra.
Qed.

Lemma run_nonneg k : 0 <= c s k * x k.
Proof. apply Rmult_le_pos; [apply c_nonneg, s0 | apply x0]. Qed.

Lemma D_nonneg l u : (1 <= l)%nat -> 0 <= D l u.
Proof.
  intro Hl. apply stages_nonneg. intros k [|m] Hk _ Hm; [lia|]. rewrite D_stage by lia.
  apply Rmult_le_pos; [apply run_nonneg|].
  assert (0 <= sum (fun j => (s + INR k) / (s + INR j) * x j) (S k) m); [|assert (X := x0 k); lra].
  apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [|apply x0].
  assert (P := slot_pos s k s0 ltac:(lia)). assert (Q := slot_pos s j s0 ltac:(lia)).
  apply Rlt_le, Rdiv_lt_0_compat; assumption.
Qed.

Lemma D_le l u : (1 <= l)%nat -> D l u <= h_sf s x l u.
Proof.
  intro Hl. apply stages_le. intros k [|m] Hk _ Hm; [lia|]. rewrite D_stage, by_length_eq by lia.
  apply Rmult_le_compat_l; [apply run_nonneg|].
  assert (sum (fun j => (s + INR k) / (s + INR j) * x j) (S k) m <= sum x (S k) m); [|lra].
  apply sum_le. intros j Hj. assert (P := slot_pos s j s0 ltac:(lia)). assert (X := x0 j).
  assert (INR k <= INR j) by (apply le_INR; lia).
  apply (Rmult_le_reg_r (s + INR j)); [assumption|].
  replace ((s + INR k) / (s + INR j) * x j * (s + INR j)) with ((s + INR k) * x j) by (field; lra).
  nra.
Qed.

Lemma D_ge l u : (1 <= l <= u)%nat ->
  (s + INR l) / (s + INR u) * h_sf s x l u <= D l u.
Proof.
  intro Hl. unfold h_sf. rewrite <- stages_scal. apply stages_le.
  intros k [|m] Hk Hm Hn; [lia|]. rewrite upto_S in Hm by lia. rewrite D_stage, by_length_eq by lia.
  assert (Pu := slot_pos s u s0 ltac:(lia)). assert (Pl := slot_pos s l s0 ltac:(lia)).
  assert (INR l <= INR k) by (apply le_INR; lia). assert (INR l <= INR u) by (apply le_INR; lia).
  set (r := (s + INR l) / (s + INR u)).
  assert (Hr : r * (s + INR u) = s + INR l) by (unfold r; field; lra).
  assert (r0 : 0 <= r) by (apply Rlt_le, Rdiv_lt_0_compat; assumption).
  assert (r1 : r <= 1) by (apply (Rmult_le_reg_r (s + INR u)); lra).
  assert (B : r * sum x (S k) m <= sum (fun j => (s + INR k) / (s + INR j) * x j) (S k) m).
  { rewrite <- sum_scal. apply sum_le. intros j Hj. assert (P := slot_pos s j s0 ltac:(lia)).
    assert (INR j <= INR u) by (apply le_INR; lia). assert (X := x0 j).
    apply (Rmult_le_reg_r (s + INR j)); [assumption|].
    replace ((s + INR k) / (s + INR j) * x j * (s + INR j)) with ((s + INR k) * x j) by (field; lra).
    assert (r * (s + INR j) <= s + INR k) by nra.
    rewrite Rmult_comm, <- Rmult_assoc, (Rmult_comm _ r). apply Rmult_le_compat_r; assumption. }
  assert (X := x0 k). assert (Q := run_nonneg k).
  replace (r * (c s k * x k * (x k + 2 * sum x (S k) m)))
    with (c s k * x k * (r * x k + 2 * (r * sum x (S k) m))) by ring.
  apply Rmult_le_compat_l; [assumption|]. nra.
Qed.
End Decomposition.

(** ** A_min entry by entry
    The coefficient of x_i x_j, i < j, is 2 c(i) + (c(j) - c(i)) (s+i)/(s+j); of x_i^2, c(i). *)
Definition gap (s : R) (x : nat -> R) (k n : nat) : R :=
  sum (fun j => (c s j - c s k) / (s + INR j) * x j) k n.
Definition entry (s : R) (x : nat -> R) (k n : nat) : R :=
  by_length (c s) x k n + (s + INR k) * x k * gap s x k n.

Lemma entries s x l u : 0 <= s -> (1 <= l <= u)%nat ->
  a_min s x l u = stages (entry s x) l (upto l u).
Proof.
  intros s0 H. rewrite (decomposition s x s0) by assumption. unfold entry. rewrite stages_plus.
  fold (h_sf s x l u). enough (E s x l u = D s x l u
    + 2 * stages (fun k n => (s + INR k) * x k * gap s x k n) l (upto l u)) by lra.
  unfold E. rewrite upto_S by lia.
  replace (INR l * sum x l (S (u - l)) ^ 2 + stages (fun i m => sum x i m ^ 2) (S l) (u - l))
    with (stages (by_length INR x) l (S (u - l))).
  2:{ rewrite by_parts. f_equal. apply stages_ext. intros [|j] m Hj _ _; [lia|].
      cbn [pred]. rewrite S_INR. ring. }
  unfold D. rewrite upto_S by lia. destruct H as [H _]. generalize (S (u - l)) as n. intro n.
  revert l H. induction n; intros k Hk; cbn [stages].
  - unfold work. cbn [sum]. ring.
  - specialize (IHn (S k) ltac:(lia)). rewrite !by_length_eq.
    unfold work in *. rewrite !sum_S. unfold gap at 1. rewrite sum_S.
    assert (G : sum (fun j => (c s j - c s k) / (s + INR j) * x j) (S k) n =
      sum (fun j => INR j * x j) (S k) n - c s k * sum (fun j => x j / (s + INR j)) (S k) n).
    { unfold Rminus. rewrite Ropp_mult_distr_l, <- sum_scal, <- sum_plus. apply sum_ext.
      intros j Hj. assert (P := slot_pos s j s0 ltac:(lia)). unfold c. field. lra. }
    rewrite G. assert (P := slot_pos s k s0 Hk). unfold cube, c in *.
    set (T := sum (fun j => INR j * x j) (S k) n) in *.
    set (Y := sum (fun j => x j / (s + INR j)) (S k) n) in *. set (Z := sum x (S k) n) in *.
    field_simplify; [|lra]. field_simplify in IHn. nra.
Qed.
