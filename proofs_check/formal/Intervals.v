(** * Corollary 2: A_min with disjoint intervals (Algorithm 5)

    The requests of an interval complete before the next one's start: within an interval the form is
    A_min's, and the longer ones wait for all of c(i), as under H-SF. *)
Require Import Reals Lra Lia Psatz Arith List.
From KVRatio Require Import Fluid Sums AMin AllLengths Logarithm.
Import ListNotations.
Open Scope R_scope.

Lemma ascending_le ends : forall l u, ascending l ends u -> (l <= u)%nat.
Proof.
  induction ends as [|m more IH]; intros l u H; cbn in H; [assumption|].
  destruct H as [H1 H2]. specialize (IH _ _ H2). lia.
Qed.

(** splitting the lengths in two: what the stages below see above is 2 c(i) S *)
Lemma gap_nonneg s x k j n : 0 <= s -> shares x -> (1 <= k <= j)%nat ->
  0 <= sum (fun i => (c s i - c s k) / (s + INR i) * x i) j n.
Proof.
  intros s0 x0 H. apply sum_nonneg. intros i Hi. apply Rmult_le_pos; [|apply x0].
  assert (C := c_le s k i s0 ltac:(lia)). assert (P := slot_pos s i s0 ltac:(lia)).
  apply Rmult_le_pos; [lra | apply Rlt_le, Rinv_0_lt_compat, P].
Qed.

Lemma entry_split s x k m n : 0 <= s -> shares x -> (1 <= k)%nat ->
  entry s x k (S m) + 2 * c s k * x k * sum x (S k + m) n <= entry s x k (S m + n) .
Proof.
  intros s0 x0 Hk. unfold entry. cbn [Nat.add]. rewrite !by_length_eq, (sum_split x m (S k) n).
  unfold gap. rewrite (sum_split _ (S m) k n). replace (k + S m)%nat with (S k + m)%nat by lia.
  assert (G := gap_nonneg s x k (S k + m) n s0 x0 ltac:(lia)). assert (X := x0 k).
  assert (P := slot_pos s k s0 Hk).
  set (A := sum (fun i => (c s i - c s k) / (s + INR i) * x i) (S k + m) n) in *.
  assert (0 <= (s + INR k) * x k * A) by (repeat apply Rmult_le_pos; lra). cbn [Nat.add] in *. lra.
Qed.

Lemma entries_split s x m n : 0 <= s -> shares x -> forall k, (1 <= k)%nat ->
  stages (entry s x) k m + 2 * sum (fun j => c s j * x j) k m * sum x (k + m) n
    + stages (entry s x) (k + m) n <= stages (entry s x) k (m + n).
Proof.
  intros s0 x0. induction m; intros k Hk; cbn [stages sum Nat.add].
  - rewrite Nat.add_0_r. lra.
  - specialize (IHm (S k) ltac:(lia)). assert (A := entry_split s x k m n s0 x0 Hk).
    replace (k + S m)%nat with (S k + m)%nat by lia. cbn [Nat.add] in *. lra.
Qed.

Theorem never_worse s x l ends u : 0 <= s -> (1 <= l)%nat -> ascending l ends u -> shares x ->
  revised s x l ends u <= a_min s x l u.
Proof.
  intros s0 Hl H x0. revert l Hl H. induction ends as [|m more IH]; intros l Hl H; cbn [revised]; [lra|].
  cbn [ascending] in H. destruct H as [H1 H2]. specialize (IH (S m) ltac:(lia) H2).
  assert (H3 := ascending_le _ _ _ H2).
  rewrite !entries in * by (assumption || lia).
  assert (A := entries_split s x (upto l m) (upto (S m) u) s0 x0 l Hl).
  replace (l + upto l m)%nat with (S m) in A by (unfold upto; lia).
  replace (upto l m + upto (S m) u)%nat with (upto l u) in A by (unfold upto; lia). lra.
Qed.

Theorem corollary_2 :
  (forall x l ends u, (1 <= l)%nat -> ascending l ends u -> shares x ->
     revised 0 x l ends u <= (3 / 2 + 1 / 4 * ln (INR u / INR l)) * h_sf 0 x l u) /\
  (forall b, b < 1 / 4 -> exists l ends u x, (1 <= l)%nat /\ ascending l ends u /\ shares x /\
     (3 / 2 + b * ln (INR u / INR l)) * h_sf 0 x l u < revised 0 x l ends u).
Proof.
  split.
  - intros x l ends u Hl H x0. assert (L := ascending_le _ _ _ H).
    eapply Rle_trans; [apply never_worse; assumption || lra | apply a_min_le_ln; [assumption | lia]].
  - intros b Hb. destruct (proj2 constant b Hb) as (u & x & Hu & x0 & A).
    exists 1%nat, [], u, x. split; [lia|]. split; [exact Hu|]. split; [assumption|].
    cbn [revised]. replace (INR u / INR 1) with (INR u) by (cbn; field). exact A.
Qed.
