(** * Slicing has a constant ratio for every prompt and all lengths

    In the stage of cap C after X every request of more than X tokens runs up to C. With S_k the
    share of length k or more, P = S_(X+1) and Q = S_(C+1), it takes
    v(X+1) P + sum over X+1 < k <= C of (s+k) S_k, and P + Q wait for it. The potential
    2 v(X+1) P^2 pays for it: in units of v(X+1), with w the sum of those s+k, e = s+C+1 and p the
    mean of those S_k, it suffices that
      2 P^2 + c (w p^2 + e Q^2) - (P + w p)(P + Q) - 2 (1 + w + e) Q^2 >= 0   for 0 <= Q <= p <= P. *)
Require Import Reals Lra Lia Psatz Arith List.
From KVRatio Require Import Fluid Sums.
Import ListNotations.
Open Scope R_scope.

Definition margin (c w e P Q p : R) : R :=
  2 * P ^ 2 + c * (w * p ^ 2 + e * Q ^ 2) - (P + w * p) * (P + Q) - 2 * (1 + w + e) * Q ^ 2.
Definition pays (c w e : R) : Prop :=
  forall P Q p, 0 <= Q -> Q <= p -> p <= P -> 0 <= margin c w e P Q p.

Section Slicing.
Variables (s c : R) (x : nat -> R) (l u : nat).
Hypotheses (s0 : 0 <= s) (lu : (1 <= l <= u)%nat) (x0 : shares x).
Definition tail (k : nat) : R := sum x k (S u - k).                   (* S_k *)
Definition work (X C : nat) : R := sum (fun k => (s + INR k) * tail k) (S (S X)) (C - S X).
Definition squares (k n : nat) : R := sum (fun k => (s + INR k) * tail k ^ 2) k n.

Lemma tail_nonneg k : 0 <= tail k.
Proof. apply sum_shares, x0. Qed.

Lemma tail_step k : tail (S k) <= tail k.
Proof.
  unfold tail. destruct (le_lt_dec k u).
  - replace (S u - k)%nat with (S (S u - S k)) by lia. rewrite sum_S. assert (X := x0 k). lra.
  - replace (S u - k)%nat with 0%nat by lia. replace (S u - S k)%nat with 0%nat by lia. cbn [sum]. lra.
Qed.

Lemma tail_le j k : (j <= k)%nat -> tail k <= tail j.
Proof. induction 1; [lra|]. eapply Rle_trans; [apply tail_step | assumption]. Qed.

Lemma tail_end k : (u < k)%nat -> tail k = 0.
Proof. intro. unfold tail. replace (S u - k)%nat with 0%nat by lia. reflexivity. Qed.

(** those of more than C tokens *)
Lemma beyond_tail C : (l <= S C)%nat -> sum (fun j => beyond C j * x j) l (upto l u) = tail (S C).
Proof.
  intro H. destruct (le_lt_dec (S C) u) as [H2|H2].
  - replace (upto l u) with ((S C - l) + (S u - S C))%nat by (unfold upto; lia).
    rewrite sum_split. replace (l + (S C - l))%nat with (S C) by lia.
    rewrite (sum_ext _ (fun _ => 0)), sum_zero.
    + rewrite Rplus_0_l. apply sum_ext. intros j Hj. unfold beyond.
      destruct (Nat.ltb_spec C j); [ring | lia].
    + intros j Hj. unfold beyond. destruct (Nat.ltb_spec C j); [lia | ring].
  - rewrite tail_end by lia. rewrite (sum_ext _ (fun _ => 0)); [apply sum_zero|].
    intros j Hj. unfold upto in Hj. unfold beyond. destruct (Nat.ltb_spec C j); [lia | ring].
Qed.

(** the time of a stage, by how far it runs *)
Lemma stage_time X n : (l <= S X)%nat ->
  sum (fun j => beyond X j * v s (Nat.min j (S X + n)) * x j) l (upto l u) =
  v s (S X) * tail (S X) + sum (fun k => (s + INR k) * tail k) (S (S X)) n.
Proof.
  intro H. induction n.
  - cbn [sum]. rewrite Nat.add_0_r, Rplus_0_r, <- beyond_tail, <- sum_scal by assumption.
    apply sum_ext. intros j _. unfold beyond. destruct (Nat.ltb_spec X j); [|ring].
    replace (Nat.min j (S X)) with (S X) by lia. ring.
  - replace (S n) with (n + 1)%nat by lia. rewrite sum_split. cbn [sum].
    rewrite <- Rplus_assoc, <- IHn, Rplus_0_r. replace (S (S X) + n)%nat with (S (S X + n)) by lia.
    rewrite <- beyond_tail, <- sum_scal, <- sum_plus by lia. apply sum_ext. intros j _.
    rewrite <- v_step. unfold beyond.
    destruct (Nat.ltb_spec X j), (Nat.ltb_spec (S X + n) j); try lia.
    + replace (Nat.min j (S X + (n + 1))) with (S (S X + n)) by lia.
      replace (Nat.min j (S X + n)) with (S X + n)%nat by lia. ring.
    + replace (Nat.min j (S X + (n + 1))) with j by lia.
      replace (Nat.min j (S X + n)) with j by lia. ring.
    + ring.
Qed.

Lemma sizes X n : sum (fun k => s + INR k) (S (S X)) n = v s (S X + n) - v s (S X).
Proof.
  induction n; [cbn [sum]; rewrite Nat.add_0_r; ring|].
  replace (S n) with (n + 1)%nat by lia. rewrite sum_split, IHn. cbn [sum].
  replace (S (S X) + n)%nat with (S (S X + n)) by lia. rewrite <- v_step.
  replace (S X + (n + 1))%nat with (S (S X + n)) by lia. ring.
Qed.

(** one stage *)
Lemma stage_paid X C : (l <= S X)%nat -> (S X <= C)%nat ->
  pays c ((v s C - v s (S X)) / v s (S X)) ((s + INR (S C)) / v s (S X)) ->
  (v s (S X) * tail (S X) + work X C) * (tail (S X) + tail (S C)) + 2 * v s (S C) * tail (S C) ^ 2 <=
  c * squares (S (S X)) (C - X) + 2 * v s (S X) * tail (S X) ^ 2.
Proof.
  intros HX HC H. set (V := v s (S X)) in *. assert (V0 : 0 < V) by (apply v_pos; [assumption | lia]).
  set (P := tail (S X)) in *. set (Q := tail (S C)) in *. set (B := work X C).
  assert (Q0 : 0 <= Q) by apply tail_nonneg.
  replace (C - X)%nat with ((C - S X) + 1)%nat by lia. unfold squares. rewrite sum_split.
  replace (S (S X) + (C - S X))%nat with (S C) by lia. cbn [sum]. fold Q.
  set (A := sum (fun k => (s + INR k) * tail k ^ 2) (S (S X)) (C - S X)).
  assert (W := sizes X (C - S X)). replace (S X + (C - S X))%nat with C in W by lia. fold V in W.
  set (w := v s C - V) in *. set (e := s + INR (S C)) in *.
  assert (VC : v s (S C) = V + w + e) by (unfold w, e; rewrite <- v_step; ring).
  assert (K : forall p, Q <= p -> p <= P -> B = w * p -> w * p ^ 2 <= A ->
    0 <= c -> (V * P + B) * (P + Q) + 2 * v s (S C) * Q ^ 2 <= c * (A + (e * Q ^ 2 + 0)) + 2 * V * P ^ 2).
  { intros p H1 H2 HB HA c0. specialize (H P Q p Q0 H1 H2). unfold margin in H.
    apply (Rmult_le_compat_l V) in H; [|lra]. rewrite Rmult_0_r in H.
    replace (V * (2 * P ^ 2 + c * (w / V * p ^ 2 + e / V * Q ^ 2) - (P + w / V * p) * (P + Q)
      - 2 * (1 + w / V + e / V) * Q ^ 2))
      with (2 * V * P ^ 2 + c * (w * p ^ 2 + e * Q ^ 2) - (V * P + w * p) * (P + Q)
        - 2 * (V + w + e) * Q ^ 2) in H by (field; lra).
    rewrite VC, HB. assert (c * (w * p ^ 2) <= c * A) by (apply Rmult_le_compat_l; assumption). lra. }
  assert (C0 : 0 <= c).
  { destruct (Rle_lt_dec 0 c); [assumption|]. exfalso.
    specialize (H 1 1 1 ltac:(lra) ltac:(lra) ltac:(lra)). unfold margin in H.
    assert (0 <= w / V).
    { rewrite <- W. apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat, V0]. apply sum_nonneg.
      intros j _. assert (0 <= INR j) by apply pos_INR. lra. }
    assert (0 <= e / V).
    { apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat, V0]. unfold e.
      assert (0 <= INR (S C)) by apply pos_INR. lra. }
    assert (c * (w / V * 1 ^ 2 + e / V * 1 ^ 2) <= 0) by nra. lra. }
  assert (Bounds : forall j, (S (S X) <= j < S (S X) + (C - S X))%nat -> Q <= tail j <= P).
  { intros j Hj. split; apply tail_le; lia. }
  assert (w0 : 0 <= w).
  { rewrite <- W. apply sum_nonneg. intros j _. assert (0 <= INR j) by apply pos_INR. lra. }
  destruct (Rle_lt_or_eq_dec 0 w w0) as [w1|w1].
  - assert (Bl : w * Q <= B).
    { rewrite <- W, Rmult_comm, <- sum_scal. apply sum_le. intros j Hj. specialize (Bounds j Hj).
      assert (0 <= INR j) by apply pos_INR. rewrite Rmult_comm. apply Rmult_le_compat_l; lra. }
    assert (Bu : B <= w * P).
    { rewrite <- W, Rmult_comm, <- sum_scal. apply sum_le. intros j Hj. specialize (Bounds j Hj).
      assert (0 <= INR j) by apply pos_INR. rewrite (Rmult_comm P). apply Rmult_le_compat_l; lra. }
    set (p := B / w).
    assert (Jensen : 0 <= sum (fun k => (s + INR k) * (tail k - p) ^ 2) (S (S X)) (C - S X)).
    { apply sum_nonneg. intros j _. assert (0 <= INR j) by apply pos_INR.
      apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
    rewrite (sum_ext _ (fun k => (s + INR k) * tail k ^ 2 +
      ((-2 * p) * ((s + INR k) * tail k) + p ^ 2 * (s + INR k)))) in Jensen by (intros; ring).
    rewrite !sum_plus, !sum_scal, W in Jensen. fold A in Jensen. fold (work X C) in Jensen. fold B in Jensen.
    assert (Bp : B = w * p) by (unfold p; field; lra). rewrite Bp in Jensen.
    apply (K p); try assumption; [| |lra].
    + apply (Rmult_le_reg_l w); [assumption | lra].
    + apply (Rmult_le_reg_l w); [assumption | lra].
  - assert (B0 : B = 0).
    { unfold B, work. rewrite (sum_ext _ (fun _ => 0)); [apply sum_zero|]. intros j Hj. exfalso.
      assert (s + INR j <= w).
      { rewrite <- W. replace (C - S X)%nat with ((j - S (S X)) + S (S (S X) + (C - S X) - S j))%nat by lia.
        rewrite sum_split, sum_S. replace (S (S X) + (j - S (S X)))%nat with j by lia.
        assert (N : forall a b, 0 <= sum (fun k => s + INR k) a b)
          by (intros; apply sum_nonneg; intros i _; assert (0 <= INR i) by apply pos_INR; lra).
        assert (N1 := N (S (S X)) (j - S (S X))%nat).
        assert (N2 := N (S j) (S (S X) + (C - S X) - S j)%nat). lra. }
      assert (1 <= INR j) by (apply INR_1; lia). lra. }
    apply (K P); try lra; [apply tail_le; lia | rewrite <- w1, B0; ring | rewrite <- w1].
    replace (0 * P ^ 2) with 0 by ring. apply sum_nonneg. intros j _.
    assert (0 <= INR j) by apply pos_INR. apply Rmult_le_pos; [lra | apply pow2_ge_0].
Qed.

(** all stages: [ok X C] is what the caps keep *)
Fixpoint good (ok : nat -> nat -> Prop) (X : nat) (caps : list nat) : Prop :=
  match caps with [] => (u <= X)%nat | C :: more => ok X C /\ good ok C more end.

Lemma squares_end k n : (u < k)%nat -> squares k n = 0.
Proof.
  intro H. unfold squares. rewrite (sum_ext _ (fun _ => 0)); [apply sum_zero|].
  intros j Hj. rewrite tail_end by lia. ring.
Qed.

Lemma squares_split k m n : squares k (m + n) = squares k m + squares (k + m) n.
Proof. apply sum_split. Qed.

Lemma all_paid (ok : nat -> nat -> Prop) : (forall X C, ok X C -> (S X <= C)%nat /\
    pays c ((v s C - v s (S X)) / v s (S X)) ((s + INR (S C)) / v s (S X))) ->
  forall caps X, (l <= S X)%nat -> good ok X caps -> forall N, (u <= N)%nat ->
  slicing s x l u X caps <= c * squares (S (S X)) (N - X) + 2 * v s (S X) * tail (S X) ^ 2.
Proof.
  intros Hok. induction caps as [|C more IH]; intros X HX G N HN; cbn [slicing good] in *.
  - rewrite tail_end, squares_end by lia. lra.
  - destruct G as [O G]. destruct (Hok X C O) as [HC H].
    assert (Hs := stage_paid X C HX HC H). specialize (IH C ltac:(lia) G (N + C)%nat ltac:(lia)).
    unfold stage.
    rewrite (sum_ext (fun j => (beyond X j + beyond C j) * x j) (fun j => beyond X j * x j + beyond C j * x j))
      by (intros; ring).
    rewrite sum_plus, !beyond_tail by lia.
    assert (Tm := stage_time X (C - S X) HX). replace (S X + (C - S X))%nat with C in Tm by lia.
    fold (work X C) in Tm. rewrite Tm.
    assert (Sq : squares (S (S X)) (N - X) = squares (S (S X)) (C - X) + squares (S (S C)) (N + C - C)).
    { destruct (le_lt_dec C N) as [HN2|HN2].
      - replace (N + C - C)%nat with ((N - C) + C)%nat by lia.
        replace (N - X)%nat with ((C - X) + (N - C))%nat by lia.
        rewrite !squares_split. replace (S (S X) + (C - X))%nat with (S (S C)) by lia.
        rewrite (squares_end (S (S C) + (N - C))) by lia. ring.
      - rewrite (squares_end (S (S C))) by lia. destruct (le_lt_dec X N).
        + replace (C - X)%nat with ((N - X) + (C - N))%nat by lia.
          rewrite squares_split, (squares_end (S (S X) + (N - X))) by lia. ring.
        + rewrite !squares_end by lia. ring. }
    rewrite Sq. lra.
Qed.

Lemma against_area caps (ok : nat -> nat -> Prop) : 2 <= c -> (forall X C, ok X C -> (S X <= C)%nat /\
    pays c ((v s C - v s (S X)) / v s (S X)) ((s + INR (S C)) / v s (S X))) ->
  good ok (l - 1) caps -> slicing s x l u (l - 1) caps <= c * area s x l u.
Proof.
  intros c2 Hok G. assert (A := all_paid ok Hok caps (l - 1)%nat ltac:(lia) G (u - 1 + 1)%nat ltac:(lia)).
  replace (S (l - 1)) with l in A by lia. rewrite area_tails by lia.
  replace (upto l u) with (S u - l)%nat by (unfold upto; lia). fold (tail l).
  replace (stages (fun i m => (s + INR i) * sum x i m ^ 2) (S l) (u - l)) with (squares (S l) (u - l)).
  2:{ unfold squares. rewrite <- stages_sum. apply stages_ext. intros j m Hj Hm _. unfold tail.
      replace (S u - j)%nat with m by lia. reflexivity. }
  replace (u - 1 + 1 - (l - 1))%nat with ((u - l) + 1)%nat in A by lia.
  rewrite squares_split, (squares_end (S l + (u - l))) in A by lia.
  assert (V := v_pos s l s0 ltac:(lia)). assert (0 <= tail l ^ 2) by apply pow2_ge_0.
  assert (2 * (v s l * tail l ^ 2) <= c * (v s l * tail l ^ 2)) by (apply Rmult_le_compat_r; nra). lra.
Qed.
End Slicing.

(** ** Caps that quadruple the volume: 5
    linear in e, so that w + e = 3 is the worst; then linear in w, between w = 0 and w = 3 *)
Lemma pays_5 w e : 0 <= w <= 3 -> 3 <= w + e -> pays 5 w e.
Proof.
  intros Hw He P Q p Q0 Qp pP. unfold margin.
  assert (A : 0 <= P ^ 2 - P * Q + 7 * Q ^ 2) by nra.
  assert (B : 0 <= P ^ 2 - P * Q - 3 * p * P - 3 * p * Q + 15 * p ^ 2 - 8 * Q ^ 2).
  { set (a := p - Q). replace p with (Q + a) by (unfold a; ring). assert (0 <= a) by (unfold a; lra).
    assert (0 <= (P - 2 * Q - 3 / 2 * a) ^ 2) by apply pow2_ge_0. assert (0 <= a * Q) by nra.
    assert (0 <= a ^ 2) by apply pow2_ge_0. lra. }
  assert (0 <= (3 - w) * (P ^ 2 - P * Q + 7 * Q ^ 2)) by (apply Rmult_le_pos; lra).
  assert (0 <= w * (P ^ 2 - P * Q - 3 * p * P - 3 * p * Q + 15 * p ^ 2 - 8 * Q ^ 2)) by (apply Rmult_le_pos; lra).
  assert (0 <= (w + e - 3) * Q ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]). lra.
Qed.

Lemma v_le s i j : 0 <= s -> (i <= j)%nat -> v s i <= v s j.
Proof.
  intros s0 H. assert (INR i <= INR j) by (apply le_INR, H). assert (0 <= INR i) by apply pos_INR.
  unfold v. nra.
Qed.

Theorem five s x l u caps : 0 <= s -> (1 <= l <= u)%nat -> shares x ->
  quadrupling s (l - 1) caps u -> slicing s x l u (l - 1) caps <= 5 * area s x l u.
Proof.
  intros s0 lu x0 Q. apply (against_area s 5 x l u s0 lu x0 caps
    (fun X C => v s C <= 4 * v s (S X) < v s (S C))); [lra | |].
  - intros X C [H1 H2]. assert (V := v_pos s (S X) s0 ltac:(lia)).
    assert (HC : (S X <= C)%nat).
    { destruct (le_lt_dec (S X) C); [assumption|]. assert (M := v_le s (S C) (S X) s0 ltac:(lia)). lra. }
    split; [assumption|]. assert (M := v_le s (S X) C s0 HC). rewrite <- v_step. apply pays_5.
    + split; apply (Rmult_le_reg_r (v s (S X))); try assumption;
        replace ((v s C - v s (S X)) / v s (S X) * v s (S X)) with (v s C - v s (S X)) by (field; lra); lra.
    + apply (Rmult_le_reg_r (v s (S X))); [assumption|].
      replace (((v s C - v s (S X)) / v s (S X) + (v s (S C) - v s C) / v s (S X)) * v s (S X))
        with (v s (S C) - v s (S X)) by (field; lra). lra.
  - revert Q. generalize (l - 1)%nat. induction caps; intros X Q; cbn in *; tauto || (split; [tauto | apply IHcaps; tauto]).
Qed.

(** ** Caps 1, 2, 4, ...: 13/2 *)
Lemma pays_doubling w d : 0 <= w -> w <= d -> 1 / 2 <= d <= 3 -> w <= 2 * d - 1 -> pays (13 / 2) w (d - w).
Proof.
  intros w0 wd Hd Hw P Q p Q0 Qp pP. unfold margin.
  set (a := p - Q). replace p with (Q + a) in * by (unfold a; ring). assert (a0 : 0 <= a) by lra.
  assert (aQ : 0 <= a * Q) by nra. assert (a2 : 0 <= a ^ 2) by apply pow2_ge_0.
  (* the corners: (w, d) = (0, 1/2), (0, 3), (1, 1), (3, 3) *)
  set (f := fun w d => 2 * P ^ 2 + 13 / 2 * (w * (Q + a) ^ 2 + (d - w) * Q ^ 2)
    - (P + w * (Q + a)) * (P + Q) - 2 * (1 + w + (d - w)) * Q ^ 2).
  assert (F1 : 0 <= f 0 (1 / 2)) by (unfold f; assert (0 <= (P - Q / 2) ^ 2) by apply pow2_ge_0; lra).
  assert (F2 : 0 <= f 0 3).
  { unfold f. assert (0 <= (P - Q / 2) ^ 2) by apply pow2_ge_0. assert (0 <= Q ^ 2) by apply pow2_ge_0. lra. }
  assert (F3 : 0 <= f 1 1).
  { unfold f. assert (0 <= (P - Q - a / 2) ^ 2) by apply pow2_ge_0. assert (0 <= Q ^ 2) by apply pow2_ge_0. nra. }
  assert (F4 : 0 <= f 3 3).
  { unfold f. assert (0 <= (P - 2 * Q - 3 / 2 * a) ^ 2) by apply pow2_ge_0. assert (0 <= Q ^ 2) by apply pow2_ge_0. nra. }
  change (0 <= f w d).
  destruct (Rle_lt_dec d 1) as [D|D].
  - (* between (0, 1/2), (1, 1) and (0, 1), which lies between (0, 1/2) and (0, 3) *)
    assert (E : f w d = w * f 1 1 + (1 - w - (2 * d - 1 - w) * (1 / 5)) * f 0 (1 / 2)
      + (2 * d - 1 - w) * (1 / 5) * f 0 3) by (unfold f; field).
    rewrite E. assert (0 <= w * f 1 1) by (apply Rmult_le_pos; lra).
    assert (0 <= (1 - w - (2 * d - 1 - w) * (1 / 5)) * f 0 (1 / 2)) by (apply Rmult_le_pos; lra).
    assert (0 <= (2 * d - 1 - w) * (1 / 5) * f 0 3) by (apply Rmult_le_pos; lra). lra.
  - (* between (0, d) and (d, d), each between its corners *)
    assert (E : d * f w d = (d - w) * f 0 d + w * f d d) by (unfold f; ring).
    assert (E0 : f 0 d = (3 - d) / (5 / 2) * f 0 (1 / 2) + (d - 1 / 2) / (5 / 2) * f 0 3) by (unfold f; field).
    assert (E1 : f d d = (3 - d) / 2 * f 1 1 + (d - 1) / 2 * f 3 3) by (unfold f; field).
    assert (0 <= f 0 d).
    { rewrite E0. assert (0 <= (3 - d) / (5 / 2) * f 0 (1 / 2)) by (apply Rmult_le_pos; lra).
      assert (0 <= (d - 1 / 2) / (5 / 2) * f 0 3) by (apply Rmult_le_pos; lra). lra. }
    assert (0 <= f d d).
    { rewrite E1. assert (0 <= (3 - d) / 2 * f 1 1) by (apply Rmult_le_pos; lra).
      assert (0 <= (d - 1) / 2 * f 3 3) by (apply Rmult_le_pos; lra). lra. }
    assert (0 <= (d - w) * f 0 d) by (apply Rmult_le_pos; lra).
    assert (0 <= w * f d d) by (apply Rmult_le_pos; lra).
    apply (Rmult_le_reg_l d); lra.
Qed.

Definition doubles (X C : nat) : Prop := (X = 0 /\ C = 1)%nat \/ ((1 <= X)%nat /\ C = (2 * X)%nat).

Lemma doubles_pays s X C : 0 <= s -> doubles X C -> (S X <= C)%nat /\
  pays (13 / 2) ((v s C - v s (S X)) / v s (S X)) ((s + INR (S C)) / v s (S X)).
Proof.
  intros s0 H. split; [destruct H; lia|]. assert (V := v_pos s (S X) s0 ltac:(lia)).
  set (w := (v s C - v s (S X)) / v s (S X)). set (d := (v s (S C) - v s (S X)) / v s (S X)).
  replace ((s + INR (S C)) / v s (S X)) with (d - w) by (rewrite <- v_step; unfold d, w; field; lra).
  assert (Wv : w * v s (S X) = v s C - v s (S X)) by (unfold w; field; lra).
  assert (Dv : d * v s (S X) = v s (S C) - v s (S X)) by (unfold d; field; lra).
  assert (G : 0 <= v s C - v s (S X) /\ v s C <= v s (S C) /\ v s (S X) <= 2 * (v s (S C) - v s (S X))
    /\ v s (S C) - v s (S X) <= 3 * v s (S X)
    /\ v s C - v s (S X) <= 2 * (v s (S C) - v s (S X)) - v s (S X)).
  { unfold v. destruct H as [[-> ->]|[H ->]].
    - cbn [INR]. repeat split; lra.
    - rewrite !S_INR, mult_INR. change (INR 2) with 2. assert (K := INR_1 X H). set (k := INR X) in *.
      assert (0 <= s * k) by nra. assert (0 <= s * (k - 1)) by nra. repeat split; nra. }
  destruct G as (G1 & G2 & G3 & G4 & G5).
  apply pays_doubling.
  - apply (Rmult_le_reg_r (v s (S X))); lra.
  - apply (Rmult_le_reg_r (v s (S X))); lra.
  - split; apply (Rmult_le_reg_r (v s (S X))); lra.
  - apply (Rmult_le_reg_r (v s (S X))); lra.
Qed.

Lemma doubling_good u m : forall i X, (u <= 2 ^ (i + m))%nat -> doubles X (2 ^ i) ->
  good u doubles X (map (Nat.pow 2) (seq i (S m))).
Proof.
  induction m; intros i X H D.
  - cbn [seq map good]. split; [assumption|]. replace (i + 0)%nat with i in H by lia. exact H.
  - change (seq i (S (S m))) with (i :: seq (S i) (S m)). cbn [map good]. split; [assumption|].
    apply IHm; [replace (S i + m)%nat with (i + S m)%nat by lia; assumption|].
    right. split; [|cbn [Nat.pow]; lia]. assert (2 ^ i <> 0)%nat by (apply Nat.pow_nonzero; lia). lia.
Qed.

Theorem doubling_caps s x u m : 0 <= s -> (1 <= u <= 2 ^ m)%nat -> shares x ->
  slicing s x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= 13 / 2 * area s x 1 u.
Proof.
  intros s0 H x0. apply (against_area s (13 / 2) x 1 u s0 ltac:(lia) x0 _ doubles); [lra | |].
  - intros X C D. apply doubles_pays; assumption.
  - apply doubling_good; [cbn [Nat.add]; lia | left; split; reflexivity].
Qed.

Theorem gsa s x u m : 0 <= s -> (1 <= u <= 2 ^ m)%nat -> shares x ->
  slicing s x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= 32 * area s x 1 u.
Proof.
  intros s0 H x0. eapply Rle_trans; [apply doubling_caps; assumption|].
  apply Rmult_le_compat_r; [|lra].
  apply Rle_trans with (h_sf s x 1 u / 2); [apply Rmult_le_pos; [apply h_sf_nonneg; assumption | lra]|].
  assert (A := h_sf_2area s x 1 u s0 x0). lra.
Qed.
