(** * Endless lengths: the forms' limits

    A stage with n lengths left is at most, and tends to, that with all; so the forms tend to the
    series of these (monotone convergence). Series of polynomials times r^(k-1) telescope: if
    P(k) = (G(k) - r G(k+1)) r^(k-1), those from k on are G(k) r^(k-1). *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums AMin AllLengths Endless.
Open Scope R_scope.

(** ** Series *)
Lemma sum_last f n : sum f 1 (S n) = sum f 1 n + f (S n).
Proof.
  replace (S n) with (n + 1)%nat at 1 by lia. rewrite sum_split. cbn [sum].
  replace (1 + n)%nat with (S n) by lia. ring.
Qed.

Lemma power_geometric_to_zero d : forall r, 0 < r < 1 -> is_lim_seq (fun n => INR n ^ d * r ^ n) 0.
Proof.
  induction d; intros r H.
  - apply (is_lim_seq_ext (fun n => r ^ n)); [intro; cbn [pow]; ring | apply geometric_to_zero, H].
  - set (w := sqrt r). assert (W : w * w = r) by (apply sqrt_sqrt; lra).
    assert (w0 : 0 < w) by (apply sqrt_lt_R0; lra). assert (w1 : w < 1) by nra.
    apply (is_lim_seq_ext (fun n => (INR n ^ d * w ^ n) * (INR n * w ^ n))).
    + intro n. rewrite <- W, Rpow_mult_distr. cbn [pow]. ring.
    + replace 0 with (0 * 0) by ring.
      apply is_lim_seq_mult'; [apply IHd | apply linear_geometric_to_zero]; split; assumption.
Qed.

Lemma below_limit f (F : R) k n : (forall j, (k <= j)%nat -> 0 <= f j) -> is_lim_seq (sum f k) F ->
  sum f k n <= F.
Proof.
  intros P H. apply (is_lim_seq_incr_compare (sum f k) F); [exact H|]. intro m.
  replace (S m) with (m + 1)%nat by lia. rewrite sum_split. cbn [sum].
  assert (0 <= f (k + m)%nat) by (apply P; lia). lra.
Qed.

Section Polynomial.
Variables (a b c d r : R).
Hypothesis r01 : 0 < r < 1.
Definition cubic (x : R) : R := a + b * x + c * x ^ 2 + d * x ^ 3.

Lemma cubic_to_zero : is_lim_seq (fun n => cubic (INR n) * r ^ n) 0.
Proof.
  assert (L := fun e => power_geometric_to_zero e r r01).
  apply (is_lim_seq_ext (fun n => a * (INR n ^ 0 * r ^ n) + (b * (INR n ^ 1 * r ^ n) +
    (c * (INR n ^ 2 * r ^ n) + d * (INR n ^ 3 * r ^ n))))).
  - intro n. unfold cubic. ring.
  - replace 0 with (a * 0 + (b * 0 + (c * 0 + d * 0))) by ring.
    repeat apply is_lim_seq_plus'; (apply is_lim_seq_mult'; [apply is_lim_seq_const | apply L]).
Qed.

Theorem series (P : nat -> R) :
  (forall k, (1 <= k)%nat -> P k = (cubic (INR k) - r * cubic (INR k + 1)) * r ^ (k - 1)) ->
  forall k, (1 <= k)%nat -> is_lim_seq (sum P k) (cubic (INR k) * r ^ (k - 1)).
Proof.
  intros H k Hk.
  assert (T : forall n, sum P k n = cubic (INR k) * r ^ (k - 1) - / r * (cubic (INR (n + k)) * r ^ (n + k))).
  { intro n. rewrite (sum_ext P (fun j => cubic (INR j) * r ^ (j - 1) - cubic (INR (S j)) * r ^ (S j - 1))).
    - rewrite (sum_telescopes (fun j => cubic (INR j) * r ^ (j - 1))). f_equal.
      rewrite (Nat.add_comm n k). replace (k + n)%nat with (S (k + n - 1)) at 4 by lia.
      cbn [pow]. field. lra.
    - intros j Hj. rewrite H, S_INR by lia. replace (S j - 1)%nat with (S (j - 1)) by lia. cbn [pow]. ring. }
  apply (is_lim_seq_ext _ _ _ (fun n => eq_sym (T n))).
  assert (Z := cubic_to_zero). apply (is_lim_seq_incr_n _ k) in Z.
  replace (cubic (INR k) * r ^ (k - 1)) with (cubic (INR k) * r ^ (k - 1) - / r * 0) at 1 by ring.
  apply is_lim_seq_minus'; [apply is_lim_seq_const|].
  apply is_lim_seq_mult'; [apply is_lim_seq_const | exact Z].
Qed.
End Polynomial.

(** ** Stages: monotone convergence *)
Fixpoint front (F : nat -> nat -> R) (k m n : nat) : R :=
  match m with O => 0 | S i => F k (S i + n)%nat + front F (S k) i n end.

Lemma stages_front F m n : forall k, stages F k (m + n) = front F k m n + stages F (k + m) n.
Proof.
  induction m; intro k; cbn [Nat.add stages front]; [rewrite Nat.add_0_r; ring|].
  rewrite IHm. replace (S k + m)%nat with (k + S m)%nat by lia. ring.
Qed.

Section Convergence.
Variables (F : nat -> nat -> R) (f : nat -> R) (A : R).
Hypothesis between : forall k n, (1 <= k)%nat -> 0 <= F k n <= f k.
Hypothesis tends : forall k, (1 <= k)%nat -> is_lim_seq (F k) (f k).
Hypothesis whole : is_lim_seq (sum f 1) A.

Lemma stages_below u : stages F 1 u <= A.
Proof.
  apply Rle_trans with (sum f 1 u).
  - rewrite <- stages_sum. apply stages_le. intros; apply between; assumption.
  - apply below_limit; [|exact whole]. intros j Hj. assert (B := between j 0 Hj). lra.
Qed.

Lemma front_tends m : forall k, (1 <= k)%nat -> is_lim_seq (front F k m) (sum f k m).
Proof.
  induction m; intros k Hk; cbn [front sum]; [apply is_lim_seq_const|].
  apply is_lim_seq_plus'; [|apply IHm; lia].
  apply (is_lim_seq_ext (fun n => F k (n + S m)%nat)); [intro; f_equal; lia|].
  apply is_lim_seq_incr_n, tends, Hk.
Qed.

Theorem stages_tend : is_lim_seq (stages F 1) A.
Proof.
  apply is_lim_seq_spec. intro e. assert (E := cond_pos e).
  destruct (proj2 (is_lim_seq_spec _ _) whole (mkposreal (e / 2) ltac:(lra))) as [m Hm].
  specialize (Hm m (le_n m)). cbn in Hm. apply Rabs_lt_between in Hm.
  destruct (proj2 (is_lim_seq_spec _ _) (front_tends m 1 (le_n 1)) (mkposreal (e / 2) ltac:(lra))) as [N HN].
  exists (m + N)%nat. intros u Hu. specialize (HN (u - m)%nat ltac:(lia)). cbn in HN.
  apply Rabs_lt_between in HN. apply Rabs_lt_between.
  assert (B := stages_below u). replace u with (m + (u - m))%nat in * by lia.
  rewrite stages_front in *. replace (m + (u - m) - m)%nat with (u - m)%nat in * by lia.
  assert (0 <= stages F (1 + m) (u - m)) by (apply stages_nonneg; intros; apply between; lia). lra.
Qed.
End Convergence.

(** ** The forms *)
Lemma h_sf_stages s x u : h_sf s x 1 u = stages (fun k n => (s + 2 * INR k - 1) * sum x k n ^ 2) 1 u.
Proof.
  destruct u; [reflexivity|]. rewrite h_sf_tails by lia. unfold upto.
  replace (S (S u) - 1)%nat with (S u) by lia. replace (S u - 1)%nat with u by lia.
  cbn [stages]. unfold c. cbn [INR]. ring.
Qed.

Lemma h_sf_tends s x (T : nat -> R) (H : R) : 0 <= s -> shares x ->
  (forall k, (1 <= k)%nat -> is_lim_seq (sum x k) (T k)) ->
  is_lim_seq (sum (fun k => (s + 2 * INR k - 1) * T k ^ 2) 1) H -> is_lim_seq (h_sf s x 1) H.
Proof.
  intros s0 x0 L W. apply (is_lim_seq_ext _ _ _ (fun u => eq_sym (h_sf_stages s x u))).
  apply (stages_tend _ (fun k => (s + 2 * INR k - 1) * T k ^ 2)); [| |exact W].
  - intros k n Hk. assert (K := INR_1 k Hk). assert (P := sum_shares x k n x0).
    assert (B := below_limit x (T k) k n ltac:(intros; apply x0) (L k Hk)). split.
    + apply Rmult_le_pos; [lra | apply pow2_ge_0].
    + apply Rmult_le_compat_l; [lra | apply pow_incr; lra].
  - intros k Hk. apply is_lim_seq_mult'; [apply is_lim_seq_const|].
    apply (is_lim_seq_ext (fun n => sum x k n * sum x k n)); [intro; ring|].
    replace (T k ^ 2) with (T k * T k) by ring. apply is_lim_seq_mult'; apply L, Hk.
Qed.

(** A_min without prompts: T(j) = j, W(j) = (1 + 2 (j - k))/j *)
Definition wait (k j : nat) : R := (1 + 2 * (INR j - INR k)) / INR j.

Lemma a_min_stages x u : a_min 0 x 1 u =
  stages (fun k n => sum (fun j => INR j * x j) k n * sum (fun j => wait k j * x j) k n) 1 u.
Proof.
  assert (E : forall k n, (1 <= k)%nat -> a_min_stage 0 1 0 x k n =
    sum (fun j => INR j * x j) k n * sum (fun j => wait k j * x j) k n).
  { intros k n Hk. unfold a_min_stage, stage, wait. f_equal; apply sum_ext; intros j Hj.
    - ring.
    - rewrite Rplus_0_l. reflexivity. }
  unfold a_min, a_min_with. cbn [INR]. replace (0 + 1) with 1 by ring. destruct u.
  - unfold upto. cbn. unfold a_min_stage, stage. cbn. ring.
  - unfold upto. replace (S (S u) - 1)%nat with (S u) by lia. replace (S u - 1)%nat with u by lia.
    cbn [stages]. rewrite E by lia. f_equal. apply stages_ext. intros; apply E; lia.
Qed.

Lemma a_min_tends x (T W : nat -> R) (A : R) : shares x ->
  (forall k, (1 <= k)%nat -> is_lim_seq (sum (fun j => INR j * x j) k) (T k)) ->
  (forall k, (1 <= k)%nat -> is_lim_seq (sum (fun j => wait k j * x j) k) (W k)) ->
  is_lim_seq (sum (fun k => T k * W k) 1) A ->
  is_lim_seq (a_min 0 x 1) A /\ forall u, a_min 0 x 1 u <= A.
Proof.
  intros x0 LT LW LA.
  assert (P : forall k, (1 <= k)%nat -> forall j, (k <= j)%nat -> 0 <= INR j * x j /\ 0 <= wait k j * x j).
  { intros k Hk j Hj. assert (J := INR_1 j ltac:(lia)). assert (X := x0 j). apply le_INR in Hj.
    split; apply Rmult_le_pos; try lra. apply Rmult_le_pos; [lra | apply Rlt_le, Rinv_0_lt_compat; lra]. }
  assert (between : forall k n, (1 <= k)%nat ->
    0 <= sum (fun j => INR j * x j) k n * sum (fun j => wait k j * x j) k n <= T k * W k).
  { intros k n Hk. assert (B1 := below_limit (fun j => INR j * x j) (T k) k n (fun j Hj => proj1 (P k Hk j Hj)) (LT k Hk)).
    assert (B2 := below_limit (fun j => wait k j * x j) (W k) k n (fun j Hj => proj2 (P k Hk j Hj)) (LW k Hk)).
    assert (P1 : 0 <= sum (fun j => INR j * x j) k n) by (apply sum_nonneg; intros; apply (P k); lia).
    assert (P2 : 0 <= sum (fun j => wait k j * x j) k n) by (apply sum_nonneg; intros; apply (P k); lia).
    split; [apply Rmult_le_pos | apply Rmult_le_compat]; assumption. }
  assert (tends : forall k, (1 <= k)%nat -> is_lim_seq (fun n =>
    sum (fun j => INR j * x j) k n * sum (fun j => wait k j * x j) k n) (T k * W k))
    by (intros k Hk; apply is_lim_seq_mult'; [apply LT | apply LW]; assumption).
  split.
  - apply (is_lim_seq_ext _ _ _ (fun u => eq_sym (a_min_stages x u))).
    apply (stages_tend _ _ A between tends LA).
  - intro u. rewrite a_min_stages. apply (stages_below _ _ A between LA).
Qed.

(** ** Between the moments, for every prompt: A_ij >= (s + min(i,j)) (i+j)/2 *)
Lemma a_min_ge_moments s x u : 0 <= s -> (1 <= u)%nat -> shares x ->
  s * sum (fun k => INR k * x k) 1 u * sum x 1 u <= a_min s x 1 u.
Proof.
  intros s0 Hu x0. rewrite entries by (assumption || lia). replace (upto 1 u) with u by (unfold upto; lia).
  assert (M : forall n k, (1 <= k)%nat ->
    s * sum (fun j => INR j * x j) k n * sum x k n <= stages (entry s x) k n).
  { induction n; intros k Hk; cbn [stages]; [cbn [sum]; lra|].
    specialize (IHn (S k) ltac:(lia)). unfold entry at 1. rewrite by_length_eq.
    unfold gap at 1. rewrite !sum_S.
    set (W := sum (fun j => INR j * x j) (S k) n) in *. set (N := sum x (S k) n) in *.
    set (G := sum (fun j => (c s j - c s k) / (s + INR j) * x j) (S k) n).
    assert (K := INR_1 k Hk). assert (X := x0 k).
    assert (P : s * W - s * INR k * N <= (s + INR k) * G).
    { replace (s * W - s * INR k * N) with (s * W + - (s * INR k) * N) by ring.
      unfold G, N, W. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros j Hj.
      assert (Q := slot_pos s j s0 ltac:(lia)). assert (INR k <= INR j) by (apply le_INR; lia).
      assert (Xj := x0 j). apply (Rmult_le_reg_r (s + INR j)); [assumption|].
      replace ((s + INR k) * ((c s j - c s k) / (s + INR j) * x j) * (s + INR j))
        with ((s + INR k) * (c s j - c s k) * x j) by (field; lra).
      replace ((s * (INR j * x j) + - (s * INR k) * x j) * (s + INR j))
        with (s * (INR j - INR k) * (s + INR j) * x j) by ring.
      apply (Rmult_le_compat_r (x j)); [assumption|]. unfold c.
      set (e := INR j - INR k). replace (INR j) with (INR k + e) by (unfold e; ring).
      assert (0 <= e) by (unfold e; lra). assert (0 <= INR k * e) by nra. assert (0 <= s * e) by nra.
      assert (0 <= s * e * INR k) by nra. assert (0 <= INR k * e * INR k) by nra.
      assert (0 <= INR k * e * e) by nra. nra. }
    assert (x k * (s * W - s * INR k * N) <= x k * ((s + INR k) * G)) by (apply Rmult_le_compat_l; lra).
    assert (N0 : 0 <= N) by apply sum_shares, x0.
    assert (0 <= x k * (INR k * (INR k * (x k + 2 * N)))) by (repeat apply Rmult_le_pos; lra).
    replace ((c s k - c s k) / (s + INR k) * x k) with 0
      by (assert (Q := slot_pos s k s0 Hk); field; lra).
    unfold c in *. lra. }
  apply M; lia.
Qed.

(** so with prompts A_min is between s W N and s W N + W^2, W = sum of k x_k, N = sum of x_k *)
Section Moments.
Variables (s : R) (x : nat -> R) (W N : R).
Hypotheses (s0 : 0 <= s) (x0 : shares x).
Hypothesis work : is_lim_seq (sum (fun k => INR k * x k) 1) W.
Hypothesis number : is_lim_seq (sum x 1) N.

Lemma a_min_le_limits u : (1 <= u)%nat -> a_min s x 1 u <= s * (W * N) + W ^ 2.
Proof.
  intro Hu. destruct (moments s x u s0 Hu x0) as [A _]. eapply Rle_trans; [exact A|].
  assert (P : forall k, (1 <= k)%nat -> 0 <= INR k * x k) by (intros; apply Rmult_le_pos; [apply pos_INR | apply x0]).
  assert (B := below_limit (fun k => INR k * x k) W 1 u P work).
  assert (C := below_limit x N 1 u ltac:(intros; apply x0) number).
  assert (B0 : 0 <= sum (fun k => INR k * x k) 1 u) by (apply sum_nonneg; intros; apply P; lia).
  assert (C0 := sum_shares x 1 u x0).
  assert (sum (fun k => INR k * x k) 1 u * sum x 1 u <= W * N) by (apply Rmult_le_compat; assumption).
  assert (sum (fun k => INR k * x k) 1 u ^ 2 <= W ^ 2) by (apply pow_incr; lra). nra.
Qed.

Lemma a_min_passes b : b < s * (W * N) -> exists u, (1 <= u)%nat /\ b < a_min s x 1 u.
Proof.
  intro H. assert (L : is_lim_seq (fun u => s * (sum (fun k => INR k * x k) 1 u * sum x 1 u)) (s * (W * N))).
  { apply is_lim_seq_mult'; [apply is_lim_seq_const|]. apply is_lim_seq_mult'; assumption. }
  destruct (proj2 (is_lim_seq_spec _ _) L (mkposreal (s * (W * N) - b) ltac:(lra))) as [u Hu].
  exists (S u). split; [lia|]. specialize (Hu (S u) ltac:(lia)).
  change (Rabs (s * (sum (fun k => INR k * x k) 1 (S u) * sum x 1 (S u)) - s * (W * N)) < s * (W * N) - b) in Hu.
  apply Rabs_lt_between in Hu. assert (A := a_min_ge_moments s x (S u) s0 ltac:(lia) x0). lra.
Qed.
End Moments.

(** a refutation: where s W N passes b H *)
Lemma refuted_by_moments b s x (W N H : R) : 0 <= s -> shares x ->
  is_lim_seq (sum (fun k => INR k * x k) 1) W -> is_lim_seq (sum x 1) N -> is_lim_seq (h_sf s x 1) H ->
  b * H < s * (W * N) ->
  ~ exists H : R, is_lim_seq (h_sf s x 1) H /\ forall u, (1 <= u)%nat -> a_min s x 1 u <= b * H.
Proof.
  intros s0 x0 LW LN LH P (H' & L' & A).
  assert (E : Finite H' = Finite H) by (rewrite <- (is_lim_seq_unique _ _ L'); apply is_lim_seq_unique, LH).
  injection E as ->. destruct (a_min_passes s x W N s0 x0 LW LN _ P) as (u & Hu & B). specialize (A u Hu). lra.
Qed.
