(** * Batches by classes 1, 2, 3-4, 5-8, ...: 4 times the area bound, as v(2X) <= 4 v(X+1)

    A class with the share N before the share L of the longer lengths has N (N + 2 L) =
    S_(X+1)^2 - S_(C+1)^2, and the area bound at least v(X+1) times that. *)
Require Import Reals Lra Lia Psatz Arith List.
From KVRatio Require Import Fluid Sums Slicing.
Import ListNotations.
Open Scope R_scope.

Section Classes.
Variables (s : R) (x : nat -> R) (u : nat).
Hypotheses (s0 : 0 <= s) (x0 : shares x).

(** the first n of the stages of the area bound, all of lengths above X *)
Lemma class_area V n : forall k r, (n <= r)%nat -> V <= v s k -> (1 <= k)%nat ->
  V * (sum x k r ^ 2 - sum x (k + n) (r - n) ^ 2) + stages (by_length (v s) x) (k + n) (r - n)
  <= stages (by_length (v s) x) k r.
Proof.
  induction n; intros k r Hn HV Hk.
  - rewrite Nat.add_0_r, Nat.sub_0_r. lra.
  - destruct r as [|r]; [lia|]. cbn [stages]. rewrite by_length_eq, sum_S.
    replace (k + S n)%nat with (S k + n)%nat by lia. replace (S r - S n)%nat with (r - n)%nat by lia.
    assert (I := IHn (S k) r ltac:(lia) ltac:(eapply Rle_trans; [exact HV | apply v_le; [assumption | lia]]) ltac:(lia)).
    assert (X := x0 k). assert (Y := sum_shares x (S k) r x0).
    assert (0 <= x k * (x k + 2 * sum x (S k) r)) by (apply Rmult_le_pos; lra).
    assert (V * (x k * (x k + 2 * sum x (S k) r)) <= v s k * (x k * (x k + 2 * sum x (S k) r)))
      by (apply Rmult_le_compat_r; assumption).
    lra.
Qed.

Lemma v_double X C : doubles X C -> v s C <= 4 * v s (S X).
Proof.
  intros [[-> ->]|[H ->]]; unfold v.
  - cbn [INR]. nra.
  - rewrite S_INR, mult_INR. change (INR 2) with 2. assert (K := INR_1 X H). nra.
Qed.

Lemma batches_le ends : forall X, good u doubles X ends ->
  batches s x u X ends <= 4 * stages (by_length (v s) x) (S X) (u - X).
Proof.
  assert (N0 : forall k n, 0 <= stages (by_length (v s) x) (S k) n).
  { intros k n. apply stages_nonneg. intros j [|m] Hj _ Hm; [lia|].
    apply by_length_nonneg; [assumption | apply Rlt_le, v_pos; [assumption | lia]]. }
  induction ends as [|C more IH]; intros X G; cbn [batches good] in *; [assert (A := N0 X (u - X)%nat); lra|].
  destruct G as [D G]. specialize (IH C G). assert (HC : (S X <= C)%nat) by (destruct D; lia).
  assert (V := v_double X C D). assert (V0 := v_pos s (S X) s0 ltac:(lia)).
  destruct (le_lt_dec C u) as [H|H].
  - replace (Nat.min C u) with C by lia.
    assert (A := class_area (v s (S X)) (C - X) (S X) (u - X) ltac:(lia) (Rle_refl _) ltac:(lia)).
    replace (S X + (C - X))%nat with (S C) in A by lia. replace (u - X - (C - X))%nat with (u - C)%nat in A by lia.
    replace (sum x (S X) (u - X)) with (sum x (S X) (C - X) + sum x (S C) (u - C)) in A.
    2:{ replace (u - X)%nat with ((C - X) + (u - C))%nat by lia. rewrite sum_split. f_equal. f_equal. lia. }
    set (N := sum x (S X) (C - X)) in *. set (L := sum x (S C) (u - C)) in *.
    assert (P : 0 <= N) by (apply sum_shares, x0). assert (Q : 0 <= L) by (apply sum_shares, x0).
    assert (0 <= N * (N + 2 * L)) by (apply Rmult_le_pos; lra).
    assert (v s C * (N * (N + 2 * L)) <= 4 * v s (S X) * (N * (N + 2 * L))) by (apply Rmult_le_compat_r; assumption).
    lra.
  - replace (Nat.min C u) with u by lia. replace (u - C)%nat with 0%nat in * by lia. cbn [sum stages] in *.
    assert (A := class_area (v s (S X)) (u - X) (S X) (u - X) (le_n _) (Rle_refl _) ltac:(lia)).
    replace (u - X - (u - X))%nat with 0%nat in A by lia. cbn [sum stages] in A.
    set (N := sum x (S X) (u - X)) in *. assert (0 <= N * N) by nra.
    assert (v s C * (N * N) <= 4 * v s (S X) * (N * N)) by (apply Rmult_le_compat_r; assumption). lra.
Qed.
End Classes.

Theorem gba s x u m : 0 <= s -> (1 <= u <= 2 ^ m)%nat -> shares x ->
  batches s x u 0 (map (Nat.pow 2) (seq 0 (S m))) <= 27 / 4 * area s x 1 u.
Proof.
  intros s0 H x0. eapply Rle_trans; [apply (batches_le s x u s0 x0)|].
  - apply doubling_good; [cbn [Nat.add]; lia | left; split; reflexivity].
  - unfold area. replace (upto 1 u) with (u - 0)%nat by (unfold upto; lia).
    apply Rmult_le_compat_r; [|lra]. apply stages_nonneg. intros j [|n] Hj _ Hn; [lia|].
    apply by_length_nonneg; [assumption | apply Rlt_le, v_pos; [assumption | lia]].
Qed.
