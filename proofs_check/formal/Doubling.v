(** * Slicing with the caps 1, 2, 4, ... without prompts: 5/2 times H-SF

    In the stage of cap C = 2X after X, with P = S_(X+1) and Q = S_(C+1), the potential (X+1)^2 P^2
    pays: each S_k = Q + a between costs at least what Q costs there, less k (P - 13/2 Q)^2 / 15 if
    that is positive. *)
Require Import Reals Lra Lia Psatz Arith List.
From Coquelicot Require Import Rcomplements.
From KVRatio Require Import Fluid Sums Slicing Logarithm.
Import ListNotations.
Open Scope R_scope.

(** a polynomial without negative coefficients *)
Ltac all_positive :=
  repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; try apply pow_le; lra.
Ltac no_negative_coefficient :=
  match goal with |- 0 <= ?e => field_simplify e end;
  match goal with
  | |- 0 <= ?n / ?d => apply Rmult_le_pos; [all_positive | apply Rlt_le, Rinv_0_lt_compat; lra]
  | |- _ => all_positive
  end.

Definition loss (P Q : R) : R := Rmax 0 (P - 13 / 2 * Q) ^ 2 / 15.

Lemma between_paid k t P Q : (2 <= k)%nat -> 0 <= Q -> Q <= t ->
  5 / 2 * (2 * INR k - 1) * Q ^ 2 - INR k * Q * (P + Q) - INR k * loss P Q
  <= 5 / 2 * (2 * INR k - 1) * t ^ 2 - INR k * t * (P + Q).
Proof.
  intros Hk Q0 Qt. assert (K : 2 <= INR k) by (change 2 with (INR 2); apply le_INR, Hk).
  set (a := t - Q). replace t with (Q + a) by (unfold a; ring). assert (a0 : 0 <= a) by (unfold a; lra).
  set (m := Rmax 0 (P - 13 / 2 * Q)).
  assert (m1 : P - 13 / 2 * Q <= m) by apply Rmax_r.
  assert (A : 0 <= (2 * INR k - 1 - 3 / 2 * INR k) * (5 / 2 * (2 * Q * a + a ^ 2))).
  { apply Rmult_le_pos; [lra|]. assert (0 <= Q * a) by (apply Rmult_le_pos; assumption). nra. }
  assert (B : 0 <= INR k * (15 / 4 * a ^ 2 - a * m + m ^ 2 / 15)).
  { apply Rmult_le_pos; [lra|]. assert (0 <= (a - 2 / 15 * m) ^ 2) by apply pow2_ge_0. nra. }
  assert (C : INR k * (a * (P - 13 / 2 * Q)) <= INR k * (a * m))
    by (apply Rmult_le_compat_l; [lra | apply Rmult_le_compat_l; assumption]).
  unfold loss. fold m. nra.
Qed.

(** the stage with all S_k = Q, less the loss; X = 1 + z *)
Lemma level_paid z P Q : 0 <= z -> 0 <= Q -> Q <= P ->
  let X := 1 + z in let V := (X + 1) * (X + 2) / 2 in let W := 2 * X * (2 * X + 1) / 2 - V in
  0 <= (X + 1) ^ 2 * P ^ 2 + 5 / 2 * ((2 * X + 1) ^ 2 - (X + 1) ^ 2) * Q ^ 2
       - (V * P + W * Q) * (P + Q) - W * loss P Q - (2 * X + 1) ^ 2 * Q ^ 2.
Proof.
  intros z0 Q0 QP X V W. unfold W, V, X, loss.
  destruct (Rle_lt_dec (P - 13 / 2 * Q) 0) as [N|N].
  - rewrite Rmax_left by assumption.
    (* 8 a times the form: (...)^2 + ... *)
    set (a := (1 + z) * (2 + z) / 2).
    set (b := - ((2 + z) * (3 + z) / 2) - ((1 + z) * (3 + 2 * z) - (2 + z) * (3 + z) / 2)).
    set (d := 5 / 2 * ((3 + 2 * z) ^ 2 - (2 + z) ^ 2) - ((1 + z) * (3 + 2 * z) - (2 + z) * (3 + z) / 2) - (3 + 2 * z) ^ 2).
    assert (a0 : 0 < a) by (unfold a; nra).
    assert (D : 0 <= a * d - b ^ 2 / 4).
    { unfold a, b, d. no_negative_coefficient. }
    apply (Rmult_le_reg_l a); [assumption|]. rewrite Rmult_0_r.
    match goal with |- 0 <= ?e => replace e with ((a * P + b / 2 * Q) ^ 2 + (a * d - b ^ 2 / 4) * Q ^ 2)
      by (unfold a, b, d; field) end.
    assert (0 <= (a * P + b / 2 * Q) ^ 2) by apply pow2_ge_0.
    assert (0 <= (a * d - b ^ 2 / 4) * Q ^ 2) by (apply Rmult_le_pos; [assumption | apply pow2_ge_0]). lra.
  - rewrite Rmax_right by lra. set (e := P - 13 / 2 * Q) in *.
    replace P with (13 / 2 * Q + e) by (unfold e; ring). clearbody e.
    no_negative_coefficient.
Qed.

Section Doubling.
Variables (x : nat -> R) (u : nat).
Hypotheses (lu : (1 <= 1 <= u)%nat) (x0 : shares x).
Local Notation tail := (tail x u).
Definition odds (k n : nat) : R := sum (fun k => (2 * INR k - 1) * tail k ^ 2) k n.

Lemma odds_end k n : (u < k)%nat -> odds k n = 0.
Proof.
  intro H. unfold odds. rewrite (sum_ext _ (fun _ => 0)); [apply sum_zero|].
  intros j Hj. rewrite (tail_end x 1 u lu) by lia. ring.
Qed.

Lemma odd_numbers X n : sum (fun k => 2 * INR k - 1) (S X) n = INR (X + n) ^ 2 - INR X ^ 2.
Proof.
  revert X. induction n; intros X; [cbn [sum]; rewrite Nat.add_0_r; ring|].
  rewrite sum_S, IHn. replace (S X + n)%nat with (X + S n)%nat by lia. rewrite S_INR. ring.
Qed.

Lemma doubling_stage X : (1 <= X)%nat ->
  (v 0 (S X) * tail (S X) + work 0 x u X (2 * X)) * (tail (S X) + tail (S (2 * X)))
    + INR (S (2 * X)) ^ 2 * tail (S (2 * X)) ^ 2
  <= 5 / 2 * odds (S (S X)) X + INR (S X) ^ 2 * tail (S X) ^ 2.
Proof.
  intro HX. set (P := tail (S X)). set (Q := tail (S (2 * X))).
  assert (Q0 : 0 <= Q) by apply tail_nonneg, x0.
  assert (QP : Q <= P) by (apply (tail_le x 1 u); assumption || lia).
  unfold work, odds. replace (2 * X - S X)%nat with (X - 1)%nat by lia.
  replace (sum (fun k => (2 * INR k - 1) * tail k ^ 2) (S (S X)) X)
    with (sum (fun k => (2 * INR k - 1) * tail k ^ 2) (S (S X)) (X - 1) + (2 * INR (S (2 * X)) - 1) * Q ^ 2).
  2:{ replace X with ((X - 1) + 1)%nat at 5 by lia. rewrite sum_split. cbn [sum].
      replace (S (S X) + (X - 1))%nat with (S (2 * X)) by lia. fold Q. ring. }
  assert (B : sum (fun k => (0 + INR k) * tail k) (S (S X)) (X - 1) * (P + Q)
    + (5 / 2 * (INR (2 * X) ^ 2 - INR (S X) ^ 2)) * Q ^ 2
    - (v 0 (2 * X) - v 0 (S X)) * (Q * (P + Q) + loss P Q)
    <= 5 / 2 * sum (fun k => (2 * INR k - 1) * tail k ^ 2) (S (S X)) (X - 1)).
  { replace (INR (2 * X)) with (INR (S X + (X - 1))) by (f_equal; lia).
    rewrite <- odd_numbers. assert (Z := sizes 0 1 u lu X (X - 1)).
    replace (S X + (X - 1))%nat with (2 * X)%nat in Z by lia. rewrite <- Z.
    assert (T : sum (fun k => (5 / 2 * Q ^ 2) * (2 * INR k - 1) + (- (Q * (P + Q) + loss P Q) * (0 + INR k)
        + (P + Q) * ((0 + INR k) * tail k))) (S (S X)) (X - 1)
      <= sum (fun k => 5 / 2 * ((2 * INR k - 1) * tail k ^ 2)) (S (S X)) (X - 1)).
    { apply sum_le. intros k Hk.
      assert (T := between_paid k (tail k) P Q ltac:(lia) Q0 ltac:(apply (tail_le x 1 u); assumption || lia)).
      lra. }
    rewrite !sum_plus, !sum_scal in T. lra. }
  assert (L := level_paid (INR X - 1) P Q ltac:(assert (K := INR_1 X HX); lra) Q0 QP). cbv zeta in L.
  assert (V1 : v 0 (S X) = (INR X + 1) * (INR X + 2) / 2) by (unfold v; rewrite S_INR; field).
  assert (V2 : v 0 (2 * X) = 2 * INR X * (2 * INR X + 1) / 2)
    by (unfold v; rewrite mult_INR; change (INR 2) with 2; field).
  rewrite V1, V2 in *. rewrite !S_INR, mult_INR in *. change (INR 2) with 2 in *.
  replace (1 + (INR X - 1)) with (INR X) in L by ring. lra.
Qed.

Lemma doubling_paid caps : forall X, (1 <= X)%nat -> good u doubles X caps -> forall N, (u <= N)%nat ->
  slicing 0 x 1 u X caps <= 5 / 2 * odds (S (S X)) (N - X) + INR (S X) ^ 2 * tail (S X) ^ 2.
Proof.
  induction caps as [|C more IH]; intros X HX G N HN; cbn [slicing good] in *.
  - rewrite (tail_end x 1 u lu), odds_end by lia. lra.
  - destruct G as [[[? ?]|[_ ->]] G]; [lia|].
    assert (Hs := doubling_stage X HX). specialize (IH (2 * X)%nat ltac:(lia) G (N + 2 * X)%nat ltac:(lia)).
    unfold stage.
    rewrite (sum_ext (fun j => (beyond X j + beyond (2 * X) j) * x j)
      (fun j => beyond X j * x j + beyond (2 * X) j * x j)) by (intros; ring).
    rewrite sum_plus, !(beyond_tail x 1 u lu) by lia.
    assert (Tm := stage_time 0 x 1 u lu X (X - 1) ltac:(lia)).
    replace (S X + (X - 1))%nat with (2 * X)%nat in Tm by lia.
    replace (X - 1)%nat with (2 * X - S X)%nat in Tm by lia. fold (work 0 x u X (2 * X)) in Tm. rewrite Tm.
    assert (Sq : odds (S (S X)) (N - X) = odds (S (S X)) X + odds (S (S (2 * X))) (N + 2 * X - 2 * X)).
    { destruct (le_lt_dec (2 * X) N) as [HN2|HN2].
      - replace (N + 2 * X - 2 * X)%nat with ((N - 2 * X) + 2 * X)%nat by lia.
        replace (N - X)%nat with (X + (N - 2 * X))%nat by lia. unfold odds at 1 3. rewrite !sum_split.
        replace (S (S X) + X)%nat with (S (S (2 * X))) by lia. fold (odds (S (S X)) X).
        fold (odds (S (S (2 * X)) + (N - 2 * X)) (2 * X)). rewrite (odds_end (S (S (2 * X)) + (N - 2 * X))) by lia.
        ring.
      - rewrite (odds_end (S (S (2 * X)))) by lia. destruct (le_lt_dec X N).
        + replace X with ((N - X) + (2 * X - N))%nat at 4 by lia.
          unfold odds at 2. rewrite sum_split. fold (odds (S (S X) + (N - X)) (2 * X - N)).
          fold (odds (S (S X)) (N - X)). rewrite (odds_end (S (S X) + (N - X))) by lia. ring.
        + rewrite !odds_end by lia. ring. }
    rewrite Sq. lra.
Qed.
End Doubling.

Theorem doubling_h_sf x u m : (1 <= u <= 2 ^ m)%nat -> shares x ->
  slicing 0 x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= 5 / 2 * h_sf 0 x 1 u.
Proof.
  intros H x0. change (seq 0 (S m)) with (0%nat :: seq 1 m). cbn [map slicing Nat.pow].
  assert (G : good u doubles 1 (map (Nat.pow 2) (seq 1 m))).
  { assert (A := doubling_good u m 0 0 ltac:(cbn [Nat.add]; lia) (or_introl (conj eq_refl eq_refl))).
    cbn [seq map good] in A. apply A. }
  assert (lu : (1 <= 1 <= u)%nat) by lia.
  assert (A := doubling_paid x u lu x0 _ 1%nat (le_n 1) G (u + 1)%nat ltac:(lia)).
  unfold stage.
  rewrite (sum_ext (fun j => (beyond 0 j + beyond 1 j) * x j) (fun j => beyond 0 j * x j + beyond 1 j * x j))
    by (intros; ring).
  rewrite sum_plus, !(beyond_tail x 1 u lu) by lia.
  assert (Tm := stage_time 0 x 1 u lu 0 0 ltac:(lia)). cbn [Nat.add sum] in Tm. rewrite Tm.
  rewrite h_sf_tails by lia.
  replace (sum x 1 (upto 1 u)) with (tail x u 1) by (unfold tail, upto; f_equal; lia).
  replace (stages (fun i m0 => (0 + 2 * INR i - 1) * sum x i m0 ^ 2) 2 (u - 1)) with (odds x u 2 (u - 1)).
  2:{ unfold odds. rewrite <- stages_sum. apply stages_ext. intros j n Hj Hn _. unfold tail.
      replace (S u - j)%nat with n by lia. ring. }
  assert (O : odds x u 2 (u - 1) = 3 * tail x u 2 ^ 2 + odds x u 3 (u + 1 - 1)).
  { destruct u as [|[|w]]; [lia | |].
    - unfold odds. cbn [Nat.sub Nat.add sum]. rewrite !(tail_end x 1 1 lu) by lia. ring.
    - replace (S (S w) - 1)%nat with (S w) by lia. unfold odds at 1. rewrite sum_S.
      replace (S (S w) + 1 - 1)%nat with (w + 2)%nat by lia. unfold odds. rewrite (sum_split _ w 3 2).
      fold (odds x (S (S w)) (3 + w) 2). rewrite odds_end by lia. cbn [INR]. ring. }
  rewrite O. set (P := tail x u 1) in *. set (Q := tail x u 2) in *.
  unfold v, c in *. cbn [INR] in *.
  assert (0 <= (P - Q / 6) ^ 2) by apply pow2_ge_0. assert (0 <= Q ^ 2) by apply pow2_ge_0. nra.
Qed.

(** ** Theorem 4: slicing with doubling caps has a smaller ratio to H-SF than A_min, for large u *)
Theorem slicing_better : exists u m b,
  (u <= 2 ^ m)%nat /\
  (forall x, shares x -> slicing 0 x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= b * h_sf 0 x 1 u) /\
  (exists x, shares x /\ 0 < h_sf 0 x 1 u /\ b * h_sf 0 x 1 u < a_min 0 x 1 u).
Proof.
  destruct (ln_large 8) as (u & Hu & L). exists u, u, (5 / 2).
  assert (U : (u < 2 ^ u)%nat) by (apply Nat.pow_gt_lin_r; lia). split; [lia|]. split.
  - intros x x0. apply doubling_h_sf; [lia | assumption].
  - exists (odd_worst u). split; [apply odd_shares, Hu|]. destruct (odd_worst_a_min u Hu) as [A P].
    split; [assumption|]. eapply Rlt_le_trans; [|apply A]. apply Rmult_lt_compat_r; [assumption|].
    assert (B := h_ge u). assert (K := INR_1 u Hu).
    assert (ln (INR u) <= ln (INR u + 1)) by (apply ln_le; lra). lra.
Qed.
