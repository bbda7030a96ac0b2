(** * Offsets in m classes with a common phase: |k1| |k2| / (m beta)

    As for independent offsets, but those who wait are a sum over the last m + 1 levels, with the
    weights 1, 2, ..., 2, 1: Cauchy-Schwarz for this sum. *)
Require Import Reals Lra Lia Psatz List Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Volumes Means Levels Offset.
From KVRatio Require Sums.
Import ListNotations.
Open Scope R_scope.

Lemma mean_sum (f : nat -> R -> R) r n : forall k,
  mean (fun V => Fluid.sum (fun j => f j V) k n) r = Fluid.sum (fun j => mean (f j) r) k n.
Proof.
  induction n; intro k; cbn [Fluid.sum]; [apply mean_zero|].
  rewrite (mean_plus (f k) (fun V => Fluid.sum (fun j => f j V) (S k) n)), IHn. reflexivity.
Qed.

Lemma pairs_sum (f : nat -> R -> R -> R) r n : forall k,
  pairs (fun V W => Fluid.sum (fun j => f j V W) k n) r = Fluid.sum (fun j => pairs (f j) r) k n.
Proof.
  induction n; intro k; cbn [Fluid.sum].
  - unfold pairs. rewrite (mean_same _ (fun _ => 0)) by (intro; apply mean_zero). apply mean_zero.
  - rewrite (pairs_plus (f k) (fun V W => Fluid.sum (fun j => f j V W) (S k) n)), IHn. reflexivity.
Qed.

Lemma is_RInt_sum (f : nat -> R -> R) I a z n : (forall j, is_RInt (f j) a z (I j)) ->
  forall k, is_RInt (fun u => Fluid.sum (fun j => f j u) k n) a z (Fluid.sum I k n).
Proof.
  intro H. induction n; intro k; cbn [Fluid.sum]; [apply is_RInt_zero|].
  apply (is_RInt_plus (f k) (fun u => Fluid.sum (fun j => f j u) (S k) n)); [apply H | apply IHn].
Qed.

Lemma sum_monotone f g n : (forall j, f j <= g j) -> forall k, Fluid.sum f k n <= Fluid.sum g k n.
Proof. intro H. induction n; intro k; cbn [Fluid.sum]; [lra|]. specialize (IHn (S k)). specialize (H k). lra. Qed.

Lemma sum_scaled a f n : forall k, Fluid.sum (fun j => a * f j) k n = a * Fluid.sum f k n.
Proof. induction n; intro k; cbn [Fluid.sum]; [ring | rewrite IHn; ring]. Qed.

Lemma sum_of_zeros n : forall k, Fluid.sum (fun _ => 0) k n = 0.
Proof. induction n; intro k; cbn [Fluid.sum]; [reflexivity | rewrite IHn; ring]. Qed.

Lemma sum_combination a b c f g h n : forall k,
  Fluid.sum (fun j => a * f j + b * g j + c * h j) k n =
  a * Fluid.sum f k n + b * Fluid.sum g k n + c * Fluid.sum h k n.
Proof. induction n; intro k; cbn [Fluid.sum]; [ring | rewrite IHn; ring]. Qed.

Lemma exp_shift_derive h l : is_derive (fun l => exp (l - h)) l (exp (l - h)).
Proof. auto_derive; [exact I|]. unfold Rminus. ring. Qed.

Section Classes.
Variables (m : nat) (q : R) (r : list (R * R)) (a z : R).
Hypotheses (m1 : (1 <= m)%nat) (q1 : 1 < q) (ok : requests r) (az : a <= z).
Local Notation shift j := (INR j * (2 * ln q)).
Local Notation w := (class_weight m).
Definition weights : R := Fluid.sum (fun j => w j * q ^ j) 0 (S m).

Lemma weight_pos j : 0 < w j.
Proof. unfold class_weight. destruct (Nat.eqb j 0), (Nat.eqb j m); lra. Qed.

Lemma half_shift j : exp (shift j / 2) = q ^ j.
Proof.
  replace (INR j * (2 * ln q) / 2) with (INR j * ln q) by field.
  rewrite <- ln_pow by lra. apply exp_ln, pow_lt. lra.
Qed.

Lemma weights_pos : 0 < weights.
Proof.
  unfold weights. cbn [Fluid.sum]. assert (A := weight_pos 0).
  assert (0 <= Fluid.sum (fun j => w j * q ^ j) 1 m); [|cbn [pow]; lra].
  rewrite <- (sum_of_zeros m 1). apply sum_monotone. intro j.
  apply Rmult_le_pos; [apply Rlt_le, weight_pos | apply pow_le; lra].
Qed.

Definition class_square (l U : R) : R :=
  Fluid.sum (fun j => w j * (exp (l - shift j / 2) * runs l U (shift j))) 0 (S m).

Lemma class_schwarz l :
  (exp (l / 2) * mean (class_waiting m q l) r) ^ 2 <=
  weights * pairs (fun V W => class_square l (Rmin V W)) r.
Proof.
  apply from_square; [apply weights_pos|]. intro c.
  set (S_ := fun j => mean (fun V => runs l V (shift j)) r).
  assert (P1 : pairs (fun V W => class_square l (Rmin V W)) r =
    Fluid.sum (fun j => w j * (exp (l - shift j / 2) * (S_ j * S_ j))) 0 (S m)).
  { unfold class_square, S_. rewrite (pairs_sum (fun j V W => w j * (exp (l - shift j / 2) * runs l (Rmin V W) (shift j)))).
    apply Sums.sum_ext. intros j _. rewrite (mean_product (fun V => runs l V (shift j)) (fun V => runs l V (shift j))).
    rewrite <- !pairs_scal. apply pairs_ext; [assumption|]. intros V W _ _. rewrite <- runs_min. reflexivity. }
  assert (P2 : exp (l / 2) * mean (class_waiting m q l) r = Fluid.sum (fun j => w j * (exp (l / 2) * S_ j)) 0 (S m)).
  { unfold class_waiting, S_. rewrite (mean_sum (fun j V => w j * if Rlt_dec (exp (l - shift j)) V then 1 else 0)).
    rewrite <- sum_scaled. apply Sums.sum_ext. intros j _. rewrite mean_scal. unfold runs. ring. }
  rewrite P1, P2. unfold weights.
  replace (Fluid.sum (fun j => w j * (exp (l - shift j / 2) * (S_ j * S_ j))) 0 (S m) -
    2 * c * Fluid.sum (fun j => w j * (exp (l / 2) * S_ j)) 0 (S m) + c ^ 2 * Fluid.sum (fun j => w j * q ^ j) 0 (S m))
    with (Fluid.sum (fun j => 1 * (w j * (exp (l - shift j / 2) * (S_ j * S_ j))) +
      (- 2 * c) * (w j * (exp (l / 2) * S_ j)) + c ^ 2 * (w j * q ^ j)) 0 (S m))
    by (rewrite sum_combination; ring).
  rewrite <- (sum_of_zeros (S m) 0). apply sum_monotone. intro j.
  set (x := q ^ j). assert (X : 0 < x) by (apply pow_lt; lra).
  set (e := exp ((l - shift j) / 2)).
  assert (E1 : exp (l / 2) = e * x).
  { unfold e, x. rewrite <- half_shift, <- exp_plus. f_equal. field. }
  assert (E2 : exp (l - shift j / 2) = e * e * x).
  { unfold e, x. rewrite <- half_shift, <- !exp_plus. f_equal. field. }
  rewrite E1, E2. replace (1 * (w j * (e * e * x * (S_ j * S_ j))) + -2 * c * (w j * (e * x * S_ j)) + c ^ 2 * (w j * x))
    with (w j * (x * (e * S_ j - c) ^ 2)) by ring.
  apply Rmult_le_pos; [apply Rlt_le, weight_pos|]. apply Rmult_le_pos; [lra | apply pow2_ge_0].
Qed.

Lemma shift_pos j : 0 <= shift j.
Proof.
  assert (0 < ln q) by (rewrite <- ln_1; apply ln_increasing; lra). assert (J := pos_INR j).
  apply Rmult_le_pos; lra.
Qed.

Lemma shifted_total U j : 0 < U -> ex_RInt (fun l => exp (l - shift j / 2) * runs l U (shift j)) a z /\
  RInt (fun l => exp (l - shift j / 2) * runs l U (shift j)) a z <= q ^ j * U.
Proof.
  intro P. set (nu := ln U + shift j). set (g1 := fun l => exp (l - shift j / 2)).
  apply (two_pieces _ g1 (fun _ => 0) g1 (fun _ => 0) nu nu); try lra; try assumption.
  - intros l H. unfold runs. destruct (Rlt_dec _ _) as [|N]; [unfold g1; ring|].
    exfalso. apply N, exp_lt_ln; [assumption | unfold nu in H; lra].
  - intros l H. lra.
  - intros l H. unfold runs. destruct (Rlt_dec _ _) as [L|]; [|ring].
    apply exp_lt_ln in L; [unfold nu in H; lra | assumption].
  - intro l. apply exp_shift_derive.
  - intro l. apply (ex_derive_continuous g1). eexists. apply exp_shift_derive.
  - intro l. apply (is_derive_const (V := R_NormedModule) 0 l).
  - intro l. apply continuous_const.
  - intro l. assert (E := exp_pos (l - shift j / 2)). unfold runs.
    destruct (Rlt_dec (exp (l - shift j)) U); lra.
  - intro l. apply Rlt_le, exp_pos.
  - unfold g1, nu. replace (ln U + shift j - shift j / 2) with (ln U + shift j / 2) by field.
    rewrite exp_plus, exp_ln, half_shift by assumption. apply Req_le. ring.
Qed.

Lemma class_total U : 0 < U -> ex_RInt (fun l => class_square l U) a z /\
  RInt (fun l => class_square l U) a z <= weights * U.
Proof.
  intro P. assert (J : is_RInt (fun l => class_square l U) a z
    (Fluid.sum (fun j => w j * RInt (fun l => exp (l - shift j / 2) * runs l U (shift j)) a z) 0 (S m))).
  { apply (is_RInt_sum (fun j l => w j * (exp (l - shift j / 2) * runs l U (shift j)))). intro j.
    apply (is_RInt_scal (fun l => exp (l - shift j / 2) * runs l U (shift j))), from_ex, shifted_total, P. }
  split; [eexists; exact J|]. rewrite (unique _ _ _ _ J). unfold weights. rewrite (Rmult_comm (Fluid.sum _ 0 (S m)) U), <- sum_scaled.
  apply sum_monotone. intro j. destruct (shifted_total U j P) as [_ T]. assert (A := weight_pos j).
  replace (U * (w j * q ^ j)) with (w j * (q ^ j * U)) by ring. apply Rmult_le_compat_l; lra.
Qed.

Theorem classes_paid : let beta := INR m * (2 * ln q) in
  ex_RInt (class_stage m q r) a z /\
  RInt (class_stage m q r) a z <= (2 - / q ^ m) * weights / (INR m * beta) * area_of r.
Proof.
  intro beta. assert (M := lt_0_INR m m1). assert (L : 0 < ln q) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (b0 : 0 < beta) by (apply Rmult_lt_0_compat; lra).
  assert (Ey : exp (- beta / 2) = / q ^ m).
  { replace (- beta / 2) with (- (shift m / 2)) by (unfold beta; field). rewrite exp_Ropp, half_shift. reflexivity. }
  destruct (product_paid beta r a z b0 ok az (class_waiting m q) class_square weights) as [X B].
  - apply weights_pos.
  - intro l. apply class_schwarz.
  - intros U P. apply class_total, P.
  - intros V W P Q. exists (Fluid.sum (fun j => RInt (fun l => w j * (attempt beta l V * runs l W (shift j))) a z) 0 (S m)).
    apply (same (fun l => Fluid.sum (fun j => w j * (attempt beta l V * runs l W (shift j))) 0 (S m))).
    + intros l _. unfold class_waiting. rewrite <- sum_scaled. apply Sums.sum_ext. intros j _. unfold runs. ring.
    + apply (is_RInt_sum (fun j l => w j * (attempt beta l V * runs l W (shift j)))). intro j. apply from_ex.
      apply (cutoff _ (fun l => w j * Rmin V (exp l)) (Rmin (ln V + beta) (ln W + shift j))); [| | |assumption].
      * intros l H. assert (H1 := Rmin_l (ln V + beta) (ln W + shift j)). assert (H2 := Rmin_r (ln V + beta) (ln W + shift j)).
        rewrite attempt_below by (assumption || lra). unfold runs. destruct (Rlt_dec _ _) as [|N]; [ring|].
        exfalso. apply N, exp_lt_ln; lra.
      * intros l H. unfold Rmin in H. destruct (Rle_dec (ln V + beta) (ln W + shift j)).
        -- rewrite attempt_above by (assumption || lra). ring.
        -- unfold runs. destruct (Rlt_dec _ _) as [N|]; [|ring]. apply exp_lt_ln in N; [lra | assumption].
      * intro l. apply (continuous_scal_r (w j) (fun l => Rmin V (exp l))), min_exp_continuous.
  - set (f := fun l => mean (attempt beta l) r * mean (class_waiting m q l) r) in *.
    assert (J : is_RInt (class_stage m q r) a z (/ (INR m * beta) * RInt f a z))
      by (apply (is_RInt_scal f), from_ex, X).
    split; [eexists; exact J|]. rewrite (unique _ _ _ _ J). rewrite Ey in B.
    assert (C0 : 0 < INR m * beta) by (apply Rmult_lt_0_compat; assumption).
    apply Rle_trans with (/ (INR m * beta) * ((2 - / q ^ m) * weights * area_of r)).
    + apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat, C0 | exact B].
    + apply Req_le. field. split; [apply pow_nonzero|]; lra.
Qed.
End Classes.

Lemma area_nonneg r : requests r -> 0 <= area_of r.
Proof.
  intro ok. apply mean_nonneg; [assumption|]. intros V P. apply mean_nonneg; [assumption|]. intros W Q.
  apply Rmin_glb; lra.
Qed.
