(** * Slices that keep the tokens: 2 + g/4, or 1 + sqrt g

    A slice of volume d with mean share p takes d p, and at most q + p wait, q the mean of the slice
    before. d p q <= alpha d' q^2 + beta d p^2 for d <= g d', g = 4 alpha beta (AM-GM); so each slice is
    paid 1 + beta + alpha times d p^2, which is at most its part of the area bound (Jensen). *)
Require Import Reals Lra Lia Psatz Arith List.
From KVRatio Require Import Fluid Sums.
Import ListNotations.
Open Scope R_scope.

Section Slices.
Variables (s : R) (x : nat -> R) (l u : nat).
Hypotheses (s0 : 0 <= s) (lu : (1 <= l <= u)%nat) (x0 : shares x).
Definition left (k : nat) : R := sum x k (S u - k).
Definition paid (k n : nat) : R := sum (fun k => (s + INR k) * left k ^ 2) k n.

Lemma left_nonneg k : 0 <= left k.
Proof. apply sum_shares, x0. Qed.

Lemma left_falls j k : (j <= k)%nat -> left k <= left j.
Proof.
  intro H. unfold left. replace (S u - j)%nat with ((Nat.min k (S u) - j) + (S u - Nat.max j k))%nat by lia.
  rewrite sum_split. assert (A := sum_shares x j (Nat.min k (S u) - j) x0).
  destruct (le_lt_dec k u).
  - replace (j + (Nat.min k (S u) - j))%nat with k by lia. replace (Nat.max j k) with k by lia. lra.
  - replace (S u - k)%nat with 0%nat by lia. cbn [sum].
    assert (B := sum_shares x (j + (Nat.min k (S u) - j)) (S u - Nat.max j k) x0). lra.
Qed.

Lemma volumes X n : sum (fun k => s + INR k) (S X) n = v s (X + n) - v s X.
Proof.
  induction n; [cbn [sum]; rewrite Nat.add_0_r; ring|].
  replace (S n) with (n + 1)%nat by lia. rewrite sum_split, IHn. cbn [sum].
  replace (S X + n)%nat with (S (X + n)) by lia. replace (X + (n + 1))%nat with (S (X + n)) by lia.
  rewrite <- v_step. ring.
Qed.

Lemma weight_nonneg j : 0 <= s + INR j.
Proof. assert (0 <= INR j) by apply pos_INR. lra. Qed.

(** the mean over a slice: between its ends, and by Jensen *)
Lemma mean_of_slice X C : (X < C)%nat -> exists p,
  sum (fun k => (s + INR k) * left k) (S X) (C - X) = (v s C - v s X) * p /\
  0 < v s C - v s X /\ left (S C) <= p /\ (v s C - v s X) * p ^ 2 <= paid (S X) (C - X).
Proof.
  intro H. assert (D := volumes X (C - X)). replace (X + (C - X))%nat with C in D by lia.
  set (d := v s C - v s X) in *. set (t := sum (fun k => (s + INR k) * left k) (S X) (C - X)).
  assert (P : 0 < d).
  { rewrite <- D. replace (C - X)%nat with (S (C - X - 1)) by lia. rewrite sum_S.
    apply Rplus_lt_le_0_compat; [apply slot_pos; [assumption | lia]|].
    apply sum_nonneg. intros; apply weight_nonneg. }
  exists (t / d). split; [field; lra|]. split; [assumption|]. split.
  - apply (Rmult_le_reg_l d); [assumption|]. replace (d * (t / d)) with t by (field; lra).
    rewrite <- D, Rmult_comm, <- sum_scal. apply sum_le. intros j Hj.
    rewrite Rmult_comm. apply Rmult_le_compat_l; [apply weight_nonneg | apply left_falls; lia].
  - assert (J : 0 <= sum (fun k => (s + INR k) * (left k - t / d) ^ 2) (S X) (C - X)).
    { apply sum_nonneg. intros. apply Rmult_le_pos; [apply weight_nonneg | apply pow2_ge_0]. }
    rewrite (sum_ext _ (fun k => (s + INR k) * left k ^ 2 +
      ((-2 * (t / d)) * ((s + INR k) * left k) + (t / d) ^ 2 * (s + INR k)))) in J by (intros; ring).
    rewrite !sum_plus, !sum_scal, D in J. fold t in J. fold (paid (S X) (C - X)) in J.
    replace (-2 * (t / d) * t + (t / d) ^ 2 * d) with (- (d * (t / d) ^ 2)) in J by (field; lra). lra.
Qed.

Lemma paid_nonneg k n : 0 <= paid k n.
Proof. apply sum_nonneg. intros. apply Rmult_le_pos; [apply weight_nonneg | apply pow2_ge_0]. Qed.

Lemma paid_end k n : (u < k)%nat -> paid k n = 0.
Proof.
  intro H. unfold paid. rewrite (sum_ext _ (fun _ => 0)); [apply sum_zero|].
  intros j Hj. unfold left. replace (S u - j)%nat with 0%nat by lia. cbn [sum]. ring.
Qed.

Lemma left_eq X : sum x (S X) (u - X) = left (S X).
Proof. unfold left. f_equal. Qed.

Variables (al be la : R).
Hypotheses (al0 : 0 < al) (be0 : 0 < be) (enough : 1 + al + be <= la).

(** AM-GM *)
Lemma product_paid d d' p q : 0 <= d -> d <= 4 * al * be * d' ->
  d * (p * q) <= al * (d' * q ^ 2) + be * (d * p ^ 2).
Proof.
  intros D H. assert (A : 0 <= d * be * (q / (2 * be) - p) ^ 2).
  { apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply pow2_ge_0]. }
  assert (B : d * (q ^ 2 / (4 * be)) <= al * (d' * q ^ 2)).
  { apply (Rmult_le_reg_r (4 * be)); [lra|].
    replace (d * (q ^ 2 / (4 * be)) * (4 * be)) with (d * q ^ 2) by (field; lra).
    replace (al * (d' * q ^ 2) * (4 * be)) with (4 * al * be * d' * q ^ 2) by ring.
    apply Rmult_le_compat_r; [apply pow2_ge_0 | assumption]. }
  replace (d * be * (q / (2 * be) - p) ^ 2) with (d * (q ^ 2 / (4 * be)) - d * (p * q) + be * (d * p ^ 2)) in A
    by (field; lra). lra.
Qed.

Lemma slices_paid caps : forall X size q, grows s (4 * al * be) size X caps u -> 0 <= size ->
  left (S X) <= q -> forall N, (u <= X + N)%nat ->
  kept_slices s x u X caps <= la * paid (S X) N + al * (size * q ^ 2).
Proof.
  induction caps as [|C more IH]; intros X size q Hg S0 Hq N HN; cbn [kept_slices grows] in *.
  - assert (A := paid_nonneg (S X) N). assert (0 <= size * q ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
    assert (0 <= la * paid (S X) N) by (apply Rmult_le_pos; lra). nra.
  - destruct Hg as (HC & Hd & Hg). destruct (mean_of_slice X C HC) as (p & E & D & Q & J).
    assert (I := IH C _ p Hg ltac:(lra) Q (N + X)%nat ltac:(lia)).
    change (sum (fun k => (s + INR k) * sum x k (S u - k)) (S X) (C - X))
      with (sum (fun k => (s + INR k) * left k) (S X) (C - X)). rewrite E, !left_eq.
    assert (AG := product_paid (v s C - v s X) size p q ltac:(lra) Hd).
    assert (p0 : 0 <= p) by (assert (Z := left_nonneg (S C)); lra).
    assert (W : (v s C - v s X) * p * (left (S X) + left (S C)) <= (v s C - v s X) * (p * q) + (v s C - v s X) * p ^ 2).
    { replace ((v s C - v s X) * (p * q) + (v s C - v s X) * p ^ 2) with ((v s C - v s X) * p * (q + p)) by ring.
      apply Rmult_le_compat_l; [apply Rmult_le_pos; lra | lra]. }
    assert (Sq : paid (S X) (C - X) + paid (S C) (N + X) = paid (S X) N + paid (S X + N) (C - X + (N + X) - N)).
    { replace (S C) with (S X + (C - X))%nat by lia. unfold paid. rewrite <- !sum_split. f_equal. lia. }
    rewrite (paid_end (S X + N)) in Sq by lia.
    assert ((1 + al + be) * ((v s C - v s X) * p ^ 2) <= la * paid (S X) (C - X)).
    { apply Rmult_le_compat; try lra. apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
    apply (f_equal (Rmult la)) in Sq. lra.
Qed.

Theorem kept_paid caps : 2 + al <= la -> grows s (4 * al * be) (v s l) l caps u ->
  kept s x l u caps <= la * area s x l u.
Proof.
  intros HL G. unfold kept. rewrite area_tails by lia.
  assert (V := v_pos s l s0 ltac:(lia)).
  replace (sum x l (upto l u)) with (left l) by (unfold left, upto; reflexivity). rewrite left_eq.
  assert (F := left_falls l (S l) ltac:(lia)). assert (N := left_nonneg l).
  assert (A := slices_paid caps l (v s l) (left l) G ltac:(lra) F (u - l)%nat ltac:(lia)).
  replace (stages (fun i m => (s + INR i) * sum x i m ^ 2) (S l) (u - l)) with (paid (S l) (u - l)).
  2:{ unfold paid. rewrite <- stages_sum. apply stages_ext. intros j n Hj Hn _. unfold left.
      replace (S u - j)%nat with n by lia. reflexivity. }
  assert (v s l * left l * (left l + left (S l)) <= 2 * (v s l * left l ^ 2)).
  { replace (2 * (v s l * left l ^ 2)) with (v s l * left l * (left l + left l)) by ring.
    apply Rmult_le_compat_l; [apply Rmult_le_pos|]; lra. }
  assert ((2 + al) * (v s l * left l ^ 2) <= la * (v s l * left l ^ 2)).
  { apply Rmult_le_compat_r; [|assumption]. apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
  lra.
Qed.
End Slices.

Lemma slow_growth s x l u g caps : 0 <= s -> (1 <= l <= u)%nat -> shares x -> 0 < g ->
  grows s g (v s l) l caps u -> kept s x l u caps <= (2 + g / 4) * area s x l u.
Proof.
  intros s0 lu x0 G H. apply (kept_paid s x l u s0 lu x0 (g / 4) 1); try lra.
  replace (4 * (g / 4) * 1) with g by field. assumption.
Qed.

Lemma fast_growth s x l u g caps : 0 <= s -> (1 <= l <= u)%nat -> shares x -> 4 <= g ->
  grows s g (v s l) l caps u -> kept s x l u caps <= (1 + sqrt g) * area s x l u.
Proof.
  intros s0 lu x0 G H. assert (R : 2 <= sqrt g).
  { replace 2 with (sqrt (2 * 2)) by (apply sqrt_square; lra). apply sqrt_le_1; lra. }
  apply (kept_paid s x l u s0 lu x0 (sqrt g / 2) (sqrt g / 2)); try lra.
  replace (4 * (sqrt g / 2) * (sqrt g / 2)) with (sqrt g * sqrt g) by field. rewrite sqrt_sqrt by lra. assumption.
Qed.

Theorem growth_4 :
  (forall s x l u caps, 0 <= s -> (1 <= l <= u)%nat -> shares x ->
     grows s 4 (v s l) l caps u -> kept s x l u caps <= 3 * area s x l u) /\
  (forall s x l u g caps, 0 <= s -> (1 <= l <= u)%nat -> shares x ->
     grows s g (v s l) l caps u ->
     (0 < g -> kept s x l u caps <= (2 + g / 4) * area s x l u) /\
     (4 <= g -> kept s x l u caps <= (1 + sqrt g) * area s x l u)).
Proof.
  split.
  - intros s x l u caps s0 lu x0 H. assert (A := slow_growth s x l u 4 caps s0 lu x0 ltac:(lra) H). lra.
  - intros s x l u g caps s0 lu x0 H. split; intro G; [apply slow_growth | apply fast_growth]; assumption.
Qed.

Theorem growth_2 s x l u caps : 0 <= s -> (1 <= l <= u)%nat -> shares x ->
  grows s 2 (v s l) l caps u -> kept s x l u caps <= 5 / 2 * area s x l u.
Proof. intros s0 lu x0 H. assert (A := slow_growth s x l u 2 caps s0 lu x0 ltac:(lra) H). lra. Qed.
