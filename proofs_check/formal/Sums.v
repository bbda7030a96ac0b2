(** * Sums over lengths and over stages *)
Require Import Reals Lra Lia Psatz Arith.
From KVRatio Require Import Fluid.
Open Scope R_scope.

(** ** Sums *)
Lemma sum_S f k n : sum f k (S n) = f k + sum f (S k) n.
Proof. reflexivity. Qed.

Lemma sum_ext f g n : forall k,
  (forall j, (k <= j < k + n)%nat -> f j = g j) -> sum f k n = sum g k n.
Proof.
  induction n; intros k H; cbn [sum]; [reflexivity|].
  rewrite (H k) by lia. rewrite (IHn (S k)); [reflexivity|]. intros; apply H; lia.
Qed.

Lemma sum_le f g n : forall k,
  (forall j, (k <= j < k + n)%nat -> f j <= g j) -> sum f k n <= sum g k n.
Proof.
  induction n; intros k H; cbn [sum]; [lra|].
  apply Rplus_le_compat; [apply H; lia | apply IHn; intros; apply H; lia].
Qed.

Lemma sum_scal a f n : forall k, sum (fun j => a * f j) k n = a * sum f k n.
Proof. induction n; intros; cbn [sum]; [ring | rewrite IHn; ring]. Qed.

Lemma sum_plus f g n : forall k, sum (fun j => f j + g j) k n = sum f k n + sum g k n.
Proof. induction n; intros; cbn [sum]; [ring | rewrite IHn; ring]. Qed.

Lemma sum_zero n : forall k, sum (fun _ => 0) k n = 0.
Proof. induction n; intros; cbn [sum]; [ring | rewrite IHn; ring]. Qed.

Lemma sum_nonneg f n k : (forall j, (k <= j < k + n)%nat -> 0 <= f j) -> 0 <= sum f k n.
Proof. intro H. rewrite <- (sum_zero n k). apply sum_le, H. Qed.

Lemma sum_split f m : forall k n, sum f k (m + n) = sum f k m + sum f (k + m) n.
Proof.
  induction m; intros k n; cbn [sum Nat.add]; [rewrite Nat.add_0_r; ring|].
  rewrite IHm. replace (S k + m)%nat with (k + S m)%nat by lia. ring.
Qed.

Lemma sum_shares x k n : shares x -> 0 <= sum x k n.
Proof. intro x0. apply sum_nonneg. intros; apply x0. Qed.

(** a sum of differences *)
Lemma sum_telescopes t n : forall k, sum (fun j => t j - t (S j)) k n = t k - t (k + n)%nat.
Proof.
  induction n; intros k; cbn [sum]; [rewrite Nat.add_0_r; ring|].
  rewrite IHn. replace (S k + n)%nat with (k + S n)%nat by lia. ring.
Qed.

(** ** Stages *)
Lemma stages_ext F G n : forall k,
  (forall j m, (k <= j)%nat -> (j + m = k + n)%nat -> (0 < m)%nat -> F j m = G j m) ->
  stages F k n = stages G k n.
Proof.
  induction n; intros k H; cbn [stages]; [reflexivity|].
  rewrite (H k) by lia. rewrite (IHn (S k)); [reflexivity|]. intros; apply H; lia.
Qed.

Lemma stages_le F G n : forall k,
  (forall j m, (k <= j)%nat -> (j + m = k + n)%nat -> (0 < m)%nat -> F j m <= G j m) ->
  stages F k n <= stages G k n.
Proof.
  induction n; intros k H; cbn [stages]; [lra|].
  apply Rplus_le_compat; [apply H; lia | apply IHn; intros; apply H; lia].
Qed.

Lemma stages_scal a F n : forall k, stages (fun i m => a * F i m) k n = a * stages F k n.
Proof. induction n; intros; cbn [stages]; [ring | rewrite IHn; ring]. Qed.

Lemma stages_plus F G n : forall k,
  stages (fun i m => F i m + G i m) k n = stages F k n + stages G k n.
Proof. induction n; intros; cbn [stages]; [ring | rewrite IHn; ring]. Qed.

Lemma stages_zero n : forall k, stages (fun _ _ => 0) k n = 0.
Proof. induction n; intros; cbn [stages]; [ring | rewrite IHn; ring]. Qed.

Lemma stages_nonneg F n k :
  (forall j m, (k <= j)%nat -> (j + m = k + n)%nat -> (0 < m)%nat -> 0 <= F j m) ->
  0 <= stages F k n.
Proof. intro H. rewrite <- (stages_zero n k). apply stages_le, H. Qed.

(** stages that do not look at the rest *)
Lemma stages_sum f n : forall k, stages (fun i _ => f i) k n = sum f k n.
Proof. induction n; intros; cbn [stages sum]; [reflexivity | rewrite IHn; reflexivity]. Qed.

(** ** Forms by length *)
Lemma sum_only f (x : nat -> R) k n : forall j, (k < j)%nat ->
  sum (fun i => (if Nat.eqb i k then f else 0) * x i) j n = 0.
Proof.
  induction n; intros j H; cbn [sum]; [reflexivity|].
  rewrite IHn by lia. destruct (Nat.eqb_spec j k); [lia | ring].
Qed.

Lemma sum_twice (x : nat -> R) k n : forall j, (k < j)%nat ->
  sum (fun i => once k i * x i) j n = 2 * sum x j n.
Proof.
  induction n; intros j H; cbn [sum]; [ring|].
  rewrite IHn by lia. unfold once. destruct (Nat.eqb_spec j k); [lia | ring].
Qed.

(** length [k] runs; it is waited for by itself once and by the longer ones twice *)
Lemma by_length_eq size x k n :
  by_length size x k (S n) = size k * x k * (x k + 2 * sum x (S k) n).
Proof.
  unfold by_length, stage. rewrite !sum_S, sum_only, sum_twice by auto.
  unfold once. rewrite Nat.eqb_refl. ring.
Qed.

(** Summation by parts: entries size (min i j) in the tails S_k = x k + x (k+1) + ... *)
Lemma by_parts size x n : forall k,
  stages (by_length size x) k (S n) =
  size k * sum x k (S n) ^ 2 +
  stages (fun i m => (size i - size (pred i)) * sum x i m ^ 2) (S k) n.
Proof.
  induction n; intros k.
  - cbn [stages]. rewrite by_length_eq. cbn [sum]. ring.
  - change (stages (by_length size x) k (S (S n))) with
      (by_length size x k (S (S n)) + stages (by_length size x) (S k) (S n)).
    rewrite IHn, by_length_eq. cbn [stages pred]. rewrite (sum_S x k). ring.
Qed.

(** T_k = k x_k + (k+1) x_(k+1) + ... = (k - 1) S_k + S_k + S_(k+1) + ... *)
Lemma total_work x n : forall k,
  sum (fun j => INR j * x j) k n = (INR k - 1) * sum x k n + stages (fun i m => sum x i m) k n.
Proof.
  induction n; intros k; cbn [stages]; [cbn [sum]; ring|].
  rewrite !sum_S, IHn, S_INR. ring.
Qed.

(** Cauchy-Schwarz, as a quadratic in [t] that is never negative *)
Lemma cauchy a g (Z : nat -> nat -> R) t n : forall k,
  (forall j, (k <= j < k + n)%nat -> 0 < g j) ->
  0 <= stages (fun i m => g i * Z i m ^ 2) k n - 2 * t * stages (fun i m => a i * Z i m) k n
       + t ^ 2 * sum (fun i => a i ^ 2 / g i) k n.
Proof.
  induction n; intros k H; cbn [stages sum]; [lra|].
  assert (P : 0 < g k) by (apply H; lia).
  assert (I := IHn (S k) ltac:(intros; apply H; lia)). set (q := Z k (S n)) in *.
  assert (0 <= g k * (q - t * a k / g k) ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  assert (g k * (q - t * a k / g k) ^ 2 = g k * q ^ 2 - 2 * t * (a k * q) + t ^ 2 * (a k ^ 2 / g k))
    by (field; lra).
  lra.
Qed.

(** ** Charges *)
Lemma INR_1 k : (1 <= k)%nat -> 1 <= INR k.
Proof. intro. change 1 with (INR 1). apply le_INR; lia. Qed.

Lemma slot_pos s k : 0 <= s -> (1 <= k)%nat -> 0 < s + INR k.
Proof. intros. assert (1 <= INR k) by (apply INR_1; lia). lra. Qed.

Lemma c_nonneg s k : 0 <= s -> 0 <= c s k.
Proof. intro. unfold c. assert (0 <= INR k) by apply pos_INR. nra. Qed.

Lemma c_pos s k : 0 <= s -> (1 <= k)%nat -> 0 < c s k.
Proof. intros. unfold c. assert (1 <= INR k) by (apply INR_1; lia). nra. Qed.

Lemma v_pos s k : 0 <= s -> (1 <= k)%nat -> 0 < v s k.
Proof. intros. unfold v. assert (1 <= INR k) by (apply INR_1; lia). nra. Qed.

Lemma c_step s k : c s (S k) - c s k = s + 2 * INR (S k) - 1.
Proof. unfold c. rewrite S_INR. ring. Qed.

Lemma v_step s k : v s (S k) - v s k = s + INR (S k).
Proof. unfold v. rewrite S_INR. field. Qed.

Lemma c_le_2v s k : 0 <= s -> c s k <= 2 * v s k.
Proof. intro. unfold c, v. assert (0 <= INR k) by apply pos_INR. nra. Qed.

Lemma v_le_c s k : 0 <= s -> (1 <= k)%nat -> v s k <= c s k.
Proof. intros. unfold c, v. assert (1 <= INR k) by (apply INR_1; lia). nra. Qed.

Lemma upto_S l u : (l <= u)%nat -> upto l u = S (u - l).
Proof. unfold upto. lia. Qed.

(** ** H-SF and the area bound in the tails *)
Lemma h_sf_tails s x l u : (l <= u)%nat ->
  h_sf s x l u = c s l * sum x l (upto l u) ^ 2
    + stages (fun i m => (s + 2 * INR i - 1) * sum x i m ^ 2) (S l) (u - l).
Proof.
  intro H. unfold h_sf. rewrite upto_S, by_parts by assumption. f_equal.
  apply stages_ext. intros [|j] m Hj _ _; [lia|]. cbn [pred]. rewrite c_step. reflexivity.
Qed.

Lemma area_tails s x l u : (l <= u)%nat ->
  area s x l u = v s l * sum x l (upto l u) ^ 2
    + stages (fun i m => (s + INR i) * sum x i m ^ 2) (S l) (u - l).
Proof.
  intro H. unfold area. rewrite upto_S, by_parts by assumption. f_equal.
  apply stages_ext. intros [|j] m Hj _ _; [lia|]. cbn [pred]. rewrite v_step. reflexivity.
Qed.

Lemma by_length_le f g x k n : shares x -> f k <= g k ->
  by_length f x k (S n) <= by_length g x k (S n).
Proof.
  intros x0 H. rewrite !by_length_eq. assert (X := x0 k). assert (Y := sum_shares x (S k) n x0).
  assert (0 <= x k * (x k + 2 * sum x (S k) n)) by (apply Rmult_le_pos; lra). nra.
Qed.

Lemma by_length_nonneg f x k n : shares x -> 0 <= f k -> 0 <= by_length f x k (S n).
Proof.
  intros x0 H. rewrite by_length_eq. assert (X := x0 k). assert (Y := sum_shares x (S k) n x0).
  apply Rmult_le_pos; [apply Rmult_le_pos|]; lra.
Qed.

Lemma h_sf_nonneg s x l u : 0 <= s -> shares x -> 0 <= h_sf s x l u.
Proof.
  intros s0 x0. apply stages_nonneg. intros j [|m] _ _ H; [lia|].
  apply by_length_nonneg; [assumption | apply c_nonneg, s0].
Qed.

Lemma h_sf_2area s x l u : 0 <= s -> shares x -> h_sf s x l u <= 2 * area s x l u.
Proof.
  intros s0 x0. unfold h_sf, area. rewrite <- stages_scal. apply stages_le.
  intros j [|m] _ _ H; [lia|].
  assert (A := by_length_le (c s) (fun k => 2 * v s k) x j m x0 (c_le_2v s j s0)).
  rewrite !by_length_eq in *. lra.
Qed.

Lemma area_h_sf s x l u : 0 <= s -> (1 <= l)%nat -> shares x -> area s x l u <= h_sf s x l u.
Proof.
  intros s0 l1 x0. apply stages_le. intros j [|m] Hj _ H; [lia|].
  apply by_length_le; [assumption | apply v_le_c; [assumption | lia]].
Qed.

(** ** Cauchy-Schwarz with a first term
    (a_0 q + sum a Z)^2 <= (a_0^2/g_0 + sum a^2/g) (g_0 q^2 + sum g Z^2) *)
Lemma cauchy_first a0 g0 q a g (Z : nat -> nat -> R) k n : 0 < a0 -> 0 < g0 ->
  (forall j, (k <= j < k + n)%nat -> 0 < g j) ->
  (a0 * q + stages (fun i m => a i * Z i m) k n) ^ 2 <=
  (a0 ^ 2 / g0 + sum (fun i => a i ^ 2 / g i) k n) *
  (g0 * q ^ 2 + stages (fun i m => g i * Z i m ^ 2) k n).
Proof.
  intros Ha Hg G. set (W := stages (fun i m => a i * Z i m) k n).
  set (A := stages (fun i m => g i * Z i m ^ 2) k n). set (B := sum (fun i => a i ^ 2 / g i) k n).
  assert (B0 : 0 <= B).
  { apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [apply pow2_ge_0|].
    apply Rlt_le, Rinv_0_lt_compat, G, Hj. }
  assert (P0 : 0 < a0 ^ 2 / g0) by (apply Rdiv_lt_0_compat; [apply pow_lt|]; assumption).
  set (b := a0 ^ 2 / g0 + B) in *. set (P := a0 * q + W).
  assert (C := cauchy a g Z (P / b) n k G). fold W A B in C.
  assert (Hd : 0 <= g0 * (q - P / b * a0 / g0) ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  replace (g0 * (q - P / b * a0 / g0) ^ 2)
    with (g0 * q ^ 2 - 2 * (P / b) * (a0 * q) + (P / b) ^ 2 * (a0 ^ 2 / g0)) in Hd
    by (field; unfold b; lra).
  assert (T : 0 <= g0 * q ^ 2 + A - 2 * (P / b) * P + (P / b) ^ 2 * b) by (unfold P at 2, b at 3; lra).
  replace (g0 * q ^ 2 + A - 2 * (P / b) * P + (P / b) ^ 2 * b)
    with (g0 * q ^ 2 + A - P ^ 2 / b) in T by (field; unfold b; lra).
  apply (Rmult_le_reg_r (/ b)); [apply Rinv_0_lt_compat; unfold b; lra|].
  replace (b * (g0 * q ^ 2 + A) * / b) with (g0 * q ^ 2 + A) by (field; unfold b; lra).
  unfold Rdiv in T. lra.
Qed.

(** ** Shares with given tails: S_k = t k for k <= u *)
Definition cut (u : nat) (t : nat -> R) (k : nat) : R := if Nat.leb k u then t k else 0.
Definition of_tails (u : nat) (t : nat -> R) (k : nat) : R := cut u t k - cut u t (S k).

Lemma cut_in u t k : (k <= u)%nat -> cut u t k = t k.
Proof. intro. unfold cut. destruct (Nat.leb_spec k u); [reflexivity | lia]. Qed.

Lemma of_tails_sum u t k n : (k + n = S u)%nat -> (0 < n)%nat -> sum (of_tails u t) k n = t k.
Proof.
  intros H Hn. unfold of_tails. rewrite (sum_telescopes (cut u t)), H.
  rewrite cut_in by lia. unfold cut. destruct (Nat.leb_spec (S u) u); [lia | ring].
Qed.

Lemma of_tails_shares u t : (forall k, (k <= u)%nat -> 0 <= t k) ->
  (forall k, (S k <= u)%nat -> t (S k) <= t k) -> shares (of_tails u t).
Proof.
  intros P M k. unfold of_tails, cut.
  destruct (Nat.leb_spec k u), (Nat.leb_spec (S k) u); try lia; try lra.
  - specialize (M k ltac:(lia)). lra.
  - specialize (P k ltac:(lia)). lra.
Qed.

Lemma of_tails_stages u t (f : nat -> R -> R) k n : (k + n = S u)%nat ->
  stages (fun i m => f i (sum (of_tails u t) i m)) k n = sum (fun i => f i (t i)) k n.
Proof.
  intro H. rewrite <- stages_sum. apply stages_ext. intros j m Hj Hm Hn.
  rewrite of_tails_sum by lia. reflexivity.
Qed.
