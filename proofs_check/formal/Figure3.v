(** * A_min on geometric lengths without prompts: it rises with q to 10 - 12 ln 2

    With Y_k = sum over j >= k of q^(j-1)/j the stages are T_k (2 S_k - (2k-1) Y_k), whose series sum
    to polynomials and to ln(1-q), ln(1-q^2), because (2k-1) T_k telescopes. The ratio is
    (1+q)^2/(1+q^2) ((3q+2) - (q^2+4q+1)/q ln(1+q)), and its slope is (1-q^2)/(q^2 (1+q^2)^2) times
    (q^4 - 6 q^2 + 1) ln(1+q) - q (2 q^3 - 5 q^2 - 2q + 1), positive by 2q/(2+q) <= ln(1+q) <= q. *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums Logarithm Endless Limits.
Open Scope R_scope.

(** ** The logarithm's series
    The slope of - ln(1-t) - (t + t^2/2 + ... + t^n/n) is t^n/(1-t). *)
Lemma geometric_sum t n : t <> 1 -> sum (fun k => t ^ (k - 1)) 1 n = (1 - t ^ n) / (1 - t).
Proof.
  intro H. induction n; [cbn [sum pow]; field; lra|].
  replace (S n) with (n + 1)%nat at 1 by lia. rewrite sum_split, IHn. cbn [sum].
  replace (1 + n - 1)%nat with n by lia. cbn [pow]. field. lra.
Qed.

Lemma powers_derive n t : is_derive (fun t => sum (fun k => t ^ k / INR k) 1 n) t (sum (fun k => t ^ (k - 1)) 1 n).
Proof.
  induction n; [apply (is_derive_const 0)|]. replace (S n) with (n + 1)%nat by lia.
  apply (is_derive_ext (fun t => sum (fun k => t ^ k / INR k) 1 n + t ^ S n / INR (S n))).
  - intro u. rewrite sum_split. cbn [sum]. replace (1 + n)%nat with (S n) by lia. rewrite Rplus_0_r. reflexivity.
  - rewrite sum_split. cbn [sum]. replace (1 + n - 1)%nat with n by lia. rewrite Rplus_0_r.
    apply (is_derive_plus (fun t => sum (fun k => t ^ k / INR k) 1 n) (fun t => t ^ S n / INR (S n))); [exact IHn|].
    assert (N := INR_1 (S n) ltac:(lia)). auto_derive; [exact I|]. change (1 * (INR (S n) * t ^ n) * / INR (S n) = t ^ n). field. lra.
Qed.

Lemma rest_derive n t : t < 1 -> is_derive (fun t => - ln (1 - t) - sum (fun k => t ^ k / INR k) 1 n) t
  (/ (1 - t) - sum (fun k => t ^ (k - 1)) 1 n).
Proof.
  intro H. apply (is_derive_minus (fun t => - ln (1 - t)) (fun t => sum (fun k => t ^ k / INR k) 1 n));
    [auto_derive; [lra | field; lra] | apply powers_derive].
Qed.

Lemma logarithm_rest q n : 0 < q < 1 ->
  0 <= - ln (1 - q) - sum (fun k => q ^ k / INR k) 1 n <= / (1 - q) * q ^ n.
Proof.
  intro H. destruct (MVT_gen (fun t => - ln (1 - t) - sum (fun k => t ^ k / INR k) 1 n) 0 q
    (fun t => / (1 - t) - sum (fun k => t ^ (k - 1)) 1 n)) as (z & Hz & E).
  - intros t Ht. rewrite Rmin_left, Rmax_right in Ht by lra. apply rest_derive. lra.
  - intros t Ht. rewrite Rmin_left, Rmax_right in Ht by lra. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (fun t => - ln (1 - t) - sum (fun k => t ^ k / INR k) 1 n)).
    eexists. apply rest_derive. lra.
  - rewrite Rmin_left, Rmax_right in Hz by lra.
    replace (sum (fun k => 0 ^ k / INR k) 1 n) with 0 in E.
    2:{ rewrite (sum_ext _ (fun _ => 0)); [symmetry; apply sum_zero|]. intros j Hj.
        rewrite pow_i by lia. unfold Rdiv. ring. }
    replace (1 - 0) with 1 in E by ring. rewrite ln_1, geometric_sum in E by lra.
    replace (/ (1 - z) - (1 - z ^ n) / (1 - z)) with (/ (1 - z) * z ^ n) in E by (field; lra).
    assert (P : 0 <= z ^ n) by (apply pow_le; lra). assert (Q : z ^ n <= q ^ n) by (apply pow_incr; lra).
    assert (0 < / (1 - z)) by (apply Rinv_0_lt_compat; lra).
    assert (/ (1 - z) <= / (1 - q)) by (apply Rinv_le_contravar; lra).
    assert (0 <= / (1 - z) * z ^ n) by (apply Rmult_le_pos; lra).
    assert (/ (1 - z) * z ^ n <= / (1 - q) * q ^ n) by (apply Rmult_le_compat; lra).
    assert (0 <= / (1 - z) * z ^ n * (q - 0)) by (apply Rmult_le_pos; lra). nra.
Qed.

Lemma logarithm_series q : 0 < q < 1 ->
  is_lim_seq (sum (fun k => q ^ (k - 1) / INR k) 1) (- ln (1 - q) / q).
Proof.
  intro H. apply (is_lim_seq_ext (fun n => sum (fun k => q ^ k / INR k) 1 n * / q)).
  - intro n. rewrite Rmult_comm, <- sum_scal. apply sum_ext. intros k Hk.
    assert (K := INR_1 k ltac:(lia)). replace k with (S (k - 1)) at 1 by lia. cbn [pow]. field. lra.
  - change (- ln (1 - q) / q) with (- ln (1 - q) * / q). apply is_lim_seq_mult'; [|apply is_lim_seq_const].
    apply (is_lim_seq_ext (fun n => - ln (1 - q) - (- ln (1 - q) - sum (fun k => q ^ k / INR k) 1 n))); [intro; ring|].
    replace (- ln (1 - q)) with (- ln (1 - q) - 0) at 1 by ring.
    apply is_lim_seq_minus'; [apply is_lim_seq_const|].
    apply (is_lim_seq_le_le (fun _ => 0) _ (fun n => / (1 - q) * q ^ n)).
    + intro n. apply logarithm_rest, H.
    + apply is_lim_seq_const.
    + replace 0 with (/ (1 - q) * 0) by ring. apply is_lim_seq_mult'; [apply is_lim_seq_const|].
      apply geometric_to_zero, H.
Qed.

Section Geometric.
Variable q : R.
Hypothesis q01 : 0 < q < 1.
Local Notation p := (1 - q).
Local Notation x := (geometric q).
Let zero_shares : shares x := geometric_shares q q01.

Lemma square_01 : 0 < q ^ 2 < 1.
Proof. nra. Qed.

(** ** The tails S, T, Y and the waits *)
Lemma tail_S k : (1 <= k)%nat -> is_lim_seq (sum x k) (/ p * q ^ (k - 1)).
Proof.
  intro Hk. assert (A := series (/ p) 0 0 0 q q01 x). unfold cubic in A.
  replace (/ p * q ^ (k - 1)) with ((/ p + 0 * INR k + 0 * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1)) by ring.
  apply A; [|assumption]. intros j Hj. unfold geometric. field. lra.
Qed.

Definition T (k : nat) : R := (INR k / p + q / p ^ 2) * q ^ (k - 1).
Lemma tail_T k : (1 <= k)%nat -> is_lim_seq (sum (fun j => INR j * x j) k) (T k).
Proof.
  intro Hk. assert (A := series (q / p ^ 2) (/ p) 0 0 q q01 (fun j => INR j * x j)). unfold cubic in A.
  replace (T k) with ((q / p ^ 2 + / p * INR k + 0 * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1))
    by (unfold T; field; lra).
  apply A; [|assumption]. intros j Hj. unfold geometric. field. lra.
Qed.

Definition Y (k : nat) : R := - ln p / q - sum (fun j => q ^ (j - 1) / INR j) 1 (k - 1).
Lemma Y_S k : (1 <= k)%nat -> Y k = q ^ (k - 1) / INR k + Y (S k).
Proof.
  intro Hk. unfold Y. replace (S k - 1)%nat with ((k - 1) + 1)%nat by lia. rewrite sum_split. cbn [sum].
  replace (1 + (k - 1))%nat with k by lia. ring.
Qed.

Lemma tail_Y k : (1 <= k)%nat -> is_lim_seq (sum (fun j => q ^ (j - 1) / INR j) k) (Y k).
Proof.
  intro Hk. apply (is_lim_seq_ext (fun n => sum (fun j => q ^ (j - 1) / INR j) 1 (n + (k - 1))
    - sum (fun j => q ^ (j - 1) / INR j) 1 (k - 1))).
  - intro n. rewrite (Nat.add_comm n), sum_split. replace (1 + (k - 1))%nat with k by lia. ring.
  - unfold Y. apply is_lim_seq_minus'; [|apply is_lim_seq_const].
    apply (is_lim_seq_incr_n (sum (fun j => q ^ (j - 1) / INR j) 1)), logarithm_series, q01.
Qed.

Definition W (k : nat) : R := 2 * (/ p * q ^ (k - 1)) + (1 - 2 * INR k) * Y k.
Lemma tail_W k : (1 <= k)%nat -> is_lim_seq (sum (fun j => wait k j * x j) k) (W k).
Proof.
  intro Hk. apply (is_lim_seq_ext (fun n => 2 * sum x k n + (1 - 2 * INR k) * sum (fun j => q ^ (j - 1) / INR j) k n)).
  - intro n. rewrite <- !sum_scal, <- sum_plus. apply sum_ext. intros j Hj.
    assert (J := INR_1 j ltac:(lia)). unfold wait, geometric. field. lra.
  - apply is_lim_seq_plus'; apply is_lim_seq_mult'; try apply is_lim_seq_const; [apply tail_S | apply tail_Y]; assumption.
Qed.

(** ** Their products
    (2k-1) T_k = G(k) q^(k-1) - G(k+1) q^k, so that (2k-1) T_k Y_k sum to G(1) Y_1 less the
    G(k+1) q^(2k-1)/k, of which G(1)/k makes a logarithm and the rest is a polynomial. *)
Definition G (y : R) : R := 6 * q ^ 2 / p ^ 4 + (7 * q - 1) / p ^ 3 * y + 2 / p ^ 2 * y ^ 2.
Local Notation G1 := ((q ^ 2 + 4 * q + 1) / p ^ 4).

Lemma telescoped k : (1 <= k)%nat -> (2 * INR k - 1) * T k = G (INR k) * q ^ (k - 1) - G (INR k + 1) * q ^ k.
Proof.
  intro Hk. assert (E : q ^ k = q * q ^ (k - 1)) by (replace k with (S (k - 1)) at 1 by lia; reflexivity).
  rewrite E. unfold T, G. field. lra.
Qed.

Lemma products n : sum (fun k => (2 * INR k - 1) * T k * Y k) 1 n =
  G 1 * Y 1 - G (INR n + 1) * q ^ n * Y (S n) - sum (fun k => G (INR k + 1) * q ^ (2 * k - 1) / INR k) 1 n.
Proof.
  induction n; [cbn [sum pow INR]; replace (0 + 1) with 1 by ring; ring|].
  rewrite !sum_last, IHn. rewrite telescoped, (Y_S (S n)) by lia. rewrite S_INR.
  replace (S n - 1)%nat with n by lia. assert (N := pos_INR n).
  replace (2 * S n - 1)%nat with (n + S n)%nat by lia. rewrite pow_add. cbn [pow]. field. lra.
Qed.

Lemma Y_to_zero : is_lim_seq (fun n => Y (S n)) 0.
Proof.
  assert (A := logarithm_series q q01). unfold Y.
  replace 0 with (- ln p / q - - ln p / q) by ring. apply is_lim_seq_minus'; [apply is_lim_seq_const|].
  apply (is_lim_seq_ext (sum (fun k => q ^ (k - 1) / INR k) 1)); [|exact A].
  intro n. replace (S n - 1)%nat with n by lia. reflexivity.
Qed.

Lemma G_to_zero : is_lim_seq (fun n => G (INR n + 1) * q ^ n) 0.
Proof.
  assert (A := cubic_to_zero (G 1) ((7 * q - 1) / p ^ 3 + 4 / p ^ 2) (2 / p ^ 2) 0 q q01).
  eapply is_lim_seq_ext; [|exact A]. intro n. unfold cubic, G. field. lra.
Qed.

Lemma shifted_series : is_lim_seq (sum (fun k => G (INR k + 1) * q ^ (2 * k - 1) / INR k) 1)
  (G1 * (- ln (1 - q ^ 2) / q) + q * (3 * q ^ 2 + 6 * q + 5) / (p ^ 4 * (1 + q) ^ 2)).
Proof.
  set (a := q * (5 * q ^ 2 + 6 * q + 3) / (p ^ 4 * (1 + q) ^ 2)). set (b := 2 * q / (p ^ 3 * (1 + q))).
  apply (is_lim_seq_ext (fun n => G1 * q * sum (fun k => (q ^ 2) ^ (k - 1) / INR k) 1 n
    + sum (fun k => (cubic a b 0 0 (INR k) - q ^ 2 * cubic a b 0 0 (INR k + 1)) * (q ^ 2) ^ (k - 1)) 1 n)).
  - intro n. rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros k Hk.
    assert (K := INR_1 k ltac:(lia)). rewrite <- pow_mult.
    replace (q ^ (2 * k - 1)) with (q * q ^ (2 * (k - 1)))
      by (replace (2 * k - 1)%nat with (S (2 * (k - 1))) by lia; reflexivity).
    unfold cubic, a, b, G. field. lra.
  - apply is_lim_seq_plus'.
    + replace (G1 * (- ln (1 - q ^ 2) / q)) with (G1 * q * (- ln (1 - q ^ 2) / q ^ 2)) by (field; lra).
      apply is_lim_seq_mult'; [apply is_lim_seq_const | apply logarithm_series, square_01].
    + replace (q * (3 * q ^ 2 + 6 * q + 5) / (p ^ 4 * (1 + q) ^ 2)) with (cubic a b 0 0 (INR 1) * (q ^ 2) ^ (1 - 1)).
      * apply (series a b 0 0 (q ^ 2) square_01); [reflexivity | lia].
      * change (INR 1) with 1. cbn [Nat.sub pow]. unfold cubic, a, b. field. lra.
Qed.

(** ** The forms and their ratio *)
Definition whole : R := (1 + q ^ 2) / (p ^ 4 * (1 + q) ^ 2).
Definition ratio_at (q : R) : R :=
  (1 + q) ^ 2 / (1 + q ^ 2) * (3 * q + 2 - (q ^ 2 + 4 * q + 1) / q * ln (1 + q)).

Lemma h_sf_whole : is_lim_seq (h_sf 0 x 1) whole.
Proof.
  apply (h_sf_tends 0 x (fun k => / p * q ^ (k - 1))); [lra | exact zero_shares | exact tail_S |].
  set (b := 2 / (p ^ 3 * (1 + q))).
  set (a := (3 * q ^ 2 - 1) / (p ^ 4 * (1 + q) ^ 2)).
  replace (Finite whole) with (Finite (cubic a b 0 0 (INR 1) * (q ^ 2) ^ (1 - 1))).
  - apply (series a b 0 0 (q ^ 2) square_01); [|lia]. intros k Hk. rewrite Rpow_mult_distr, <- !pow_mult.
    rewrite (Nat.mul_comm _ 2). unfold cubic, a, b. field. lra.
  - f_equal. change (INR 1) with 1. cbn [Nat.sub pow]. unfold cubic, whole, a, b. field. split; nra.
Qed.

Lemma whole_pos : 0 < whole.
Proof.
  unfold whole. apply Rdiv_lt_0_compat; [nra|]. apply Rmult_lt_0_compat; apply pow_lt; lra.
Qed.

Theorem a_min_whole :
  is_lim_seq (a_min 0 x 1) (ratio_at q * whole) /\ forall u, a_min 0 x 1 u <= ratio_at q * whole.
Proof.
  apply (a_min_tends x T W); [exact zero_shares | exact tail_T | exact tail_W |].
  set (b := 2 / (p ^ 3 * (1 + q))). set (a := 2 * q / (p ^ 4 * (1 + q) ^ 2) * (1 + 2 * q)).
  apply (is_lim_seq_ext (fun n =>
    sum (fun k => (cubic a b 0 0 (INR k) - q ^ 2 * cubic a b 0 0 (INR k + 1)) * (q ^ 2) ^ (k - 1)) 1 n
    - (G 1 * Y 1 - G (INR n + 1) * q ^ n * Y (S n)
       - sum (fun k => G (INR k + 1) * q ^ (2 * k - 1) / INR k) 1 n))).
  - intro n. rewrite <- products. unfold Rminus at 1.
    replace (- sum (fun k => (2 * INR k - 1) * T k * Y k) 1 n)
      with ((-1) * sum (fun k => (2 * INR k - 1) * T k * Y k) 1 n) by ring.
    rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros k Hk.
    rewrite <- pow_mult. replace (2 * (k - 1))%nat with ((k - 1) + (k - 1))%nat by lia. rewrite pow_add.
    unfold W, T, cubic, a, b. field. lra.
  - replace (Finite (ratio_at q * whole)) with (Finite (cubic a b 0 0 (INR 1) * (q ^ 2) ^ (1 - 1)
      - (G 1 * Y 1 - 0 * 0 - (G1 * (- ln (1 - q ^ 2) / q) + q * (3 * q ^ 2 + 6 * q + 5) / (p ^ 4 * (1 + q) ^ 2))))).
    + apply is_lim_seq_minus'; [apply (series a b 0 0 (q ^ 2) square_01); [reflexivity | lia]|].
      apply is_lim_seq_minus'; [|exact shifted_series].
      apply is_lim_seq_minus'; [apply is_lim_seq_const|].
      apply is_lim_seq_mult'; [exact G_to_zero | exact Y_to_zero].
    + f_equal. change (INR 1) with 1. unfold Y. cbn [Nat.sub pow sum].
      replace (1 - q * (q * 1)) with (p * (1 + q)) by ring. rewrite ln_mult by lra.
      unfold cubic, ratio_at, whole, G, a, b. field. repeat split; nra.
Qed.
End Geometric.

(** ** The ratio rises *)
Definition slope_at (q : R) : R :=
  (1 - q) * (1 + q) / (q ^ 2 * (1 + q ^ 2) ^ 2) *
  ((q ^ 4 - 6 * q ^ 2 + 1) * ln (1 + q) - q * (2 * q ^ 3 - 5 * q ^ 2 - 2 * q + 1)).

Lemma ratio_derive t : 0 < t -> is_derive ratio_at t (slope_at t).
Proof.
  intro H. unfold ratio_at, slope_at. auto_derive; [repeat split; nra|]. field. repeat split; nra.
Qed.

Lemma slope_pos t : 0 < t < 1 -> 0 < slope_at t.
Proof.
  intro H. unfold slope_at. apply Rmult_lt_0_compat.
  - apply Rdiv_lt_0_compat; [nra|]. apply Rmult_lt_0_compat; apply pow_lt; nra.
  - destruct (Rle_lt_dec 0 (t ^ 4 - 6 * t ^ 2 + 1)) as [P|P].
    + assert (A := ln_above t ltac:(lra)). apply (Rmult_le_compat_l (t ^ 4 - 6 * t ^ 2 + 1)) in A; [|assumption].
      assert (B : 0 < (t ^ 4 - 6 * t ^ 2 + 1) * (2 * t / (2 + t)) - t * (2 * t ^ 3 - 5 * t ^ 2 - 2 * t + 1)); [|lra].
      replace ((t ^ 4 - 6 * t ^ 2 + 1) * (2 * t / (2 + t)) - t * (2 * t ^ 3 - 5 * t ^ 2 - 2 * t + 1))
        with (t ^ 2 * (t ^ 2 + 3) / (2 + t)) by (field; lra).
      apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; nra | lra].
    + assert (A := ln_below (1 + t) ltac:(lra)). replace (1 + t - 1) with t in A by ring.
      apply (Rmult_le_compat_l (- (t ^ 4 - 6 * t ^ 2 + 1))) in A; [|lra].
      assert (B : 0 < (t ^ 4 - 6 * t ^ 2 + 1) * t - t * (2 * t ^ 3 - 5 * t ^ 2 - 2 * t + 1)); [|lra].
      replace ((t ^ 4 - 6 * t ^ 2 + 1) * t - t * (2 * t ^ 3 - 5 * t ^ 2 - 2 * t + 1))
        with (t ^ 2 * ((1 - t) * (1 + t) * (2 - t))) by ring.
      repeat apply Rmult_lt_0_compat; try apply pow_lt; lra.
Qed.

Theorem ratio_rises p q : 0 < p -> p < q -> q <= 1 -> ratio_at p < ratio_at q.
Proof.
  intros P H Q. destruct (MVT_cor2 ratio_at slope_at p q H) as (z & E & Hz).
  - intros t Ht. apply is_derive_Reals, ratio_derive. lra.
  - assert (A := slope_pos z ltac:(lra)). assert (0 < slope_at z * (q - p)) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

Lemma ratio_1 : ratio_at 1 = 10 - 12 * ln 2.
Proof. unfold ratio_at. replace (1 + 1) with 2 by ring. field. Qed.

(** ** 10 - 12 ln 2 is the least bound *)
Theorem bounded q : 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (geometric q) 1) H /\
  forall u, (1 <= u)%nat -> a_min 0 (geometric q) 1 u <= (10 + (- 12) * ln 2) * H.
Proof.
  intro H. exists (whole q). split; [apply h_sf_whole, H|]. intros u _.
  destruct (a_min_whole q H) as [_ B]. eapply Rle_trans; [apply B|].
  apply Rmult_le_compat_r; [apply Rlt_le, whole_pos, H|].
  assert (A := ratio_rises q 1 ltac:(lra) ltac:(lra) (Rle_refl 1)). rewrite ratio_1 in A. lra.
Qed.

Theorem least b : b < 10 + (- 12) * ln 2 -> exists q (H : R) u, 0 < q < 1 /\
  is_lim_seq (h_sf 0 (geometric q) 1) H /\ b * H < a_min 0 (geometric q) 1 u.
Proof.
  intro Hb.
  assert (C : continuity_pt ratio_at 1).
  { apply derivable_continuous_pt. exists (slope_at 1). apply is_derive_Reals, ratio_derive. lra. }
  destruct (C (10 - 12 * ln 2 - b) ltac:(lra)) as (e & e0 & He).
  set (q := 1 - Rmin (e / 2) (1 / 2)). assert (M1 := Rmin_l (e / 2) (1 / 2)). assert (M2 := Rmin_r (e / 2) (1 / 2)).
  assert (M0 : 0 < Rmin (e / 2) (1 / 2)) by (apply Rmin_glb_lt; lra).
  assert (Q : 0 < q < 1) by (unfold q; lra).
  assert (R : b < ratio_at q).
  { specialize (He q). cbn in He. unfold R_dist in He. rewrite ratio_1 in He.
    assert (B : Rabs (ratio_at q - (10 - 12 * ln 2)) < 10 - 12 * ln 2 - b).
    { apply He. split; [split; [exact I | lra]|]. unfold q. rewrite Rabs_left; lra. }
    apply Rabs_lt_between in B. lra. }
  destruct (a_min_whole q Q) as [L _]. assert (P := whole_pos q Q).
  assert (E : 0 < (ratio_at q - b) * whole q) by (apply Rmult_lt_0_compat; lra).
  destruct (proj2 (is_lim_seq_spec _ _) L (mkposreal _ E)) as [N HN]. specialize (HN N (le_n N)).
  change (Rabs (a_min 0 (geometric q) 1 N - ratio_at q * whole q) < (ratio_at q - b) * whole q) in HN.
  apply Rabs_lt_between in HN. exists q, (whole q), N. split; [assumption|]. split; [apply h_sf_whole, Q|]. clear - HN. lra.
Qed.

(** ln 2 = 5 ln(8/7) + ln(16807/16384) *)
Lemma ln_2 : 0.6921 <= ln 2.
Proof.
  replace 2 with ((1 + 1 / 7) ^ 5 * (1 + 423 / 16384)) by field.
  rewrite ln_mult, ln_pow by (try apply pow_lt; lra).
  assert (A := ln_above (1 / 7) ltac:(lra)). assert (B := ln_above (423 / 16384) ltac:(lra)).
  replace (INR 5) with 5 by (cbn; ring). lra.
Qed.

Lemma bounded_by b q : 10 + (- 12) * ln 2 <= b -> 0 < q < 1 ->
  exists H : R, is_lim_seq (h_sf 0 (geometric q) 1) H /\ forall u, (1 <= u)%nat -> a_min 0 (geometric q) 1 u <= b * H.
Proof.
  intros Hb H. destruct (bounded q H) as (W & L & B). exists W. split; [assumption|]. intros u Hu.
  eapply Rle_trans; [apply B, Hu|]. apply Rmult_le_compat_r; [|assumption].
  apply (is_lim_seq_le (fun _ => 0) (h_sf 0 (geometric q) 1) 0 W); [|apply is_lim_seq_const | assumption].
  intro n. apply h_sf_nonneg; [lra | apply geometric_shares, H].
Qed.

Theorem figure_3 q : 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (geometric q) 1) H /\
  forall u, (1 <= u)%nat -> a_min 0 (geometric q) 1 u <= (17 / 10 + 0 * ln 2) * H.
Proof. assert (A := ln_2). apply bounded_by. lra. Qed.

Theorem not_tight : exists b, b < 17 / 10 /\ forall q, 0 < q < 1 ->
  exists H : R, is_lim_seq (h_sf 0 (geometric q) 1) H /\ forall u, (1 <= u)%nat -> a_min 0 (geometric q) 1 u <= b * H.
Proof. exists (339 / 200). split; [lra|]. intro q. assert (A := ln_2). apply bounded_by. lra. Qed.

Theorem limit :
  (forall q, 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (geometric q) 1) H /\
    forall u, (1 <= u)%nat -> a_min 0 (geometric q) 1 u <= (10 + (- 12) * ln 2) * H) /\
  (forall b, b < 10 + (- 12) * ln 2 -> exists q (H : R) u, 0 < q < 1 /\
    is_lim_seq (h_sf 0 (geometric q) 1) H /\ b * H < a_min 0 (geometric q) 1 u).
Proof. split; [exact bounded | exact least]. Qed.

(** ** With prompts: q = 4/5, s = 1000, where s W N = 125,000 *)
Lemma h_sf_prompt s q : 0 <= s -> 0 < q < 1 -> is_lim_seq (h_sf s (geometric q) 1)
  (s / ((1 - q) ^ 2 * (1 - q ^ 2)) + whole q).
Proof.
  intros s0 H. apply (h_sf_tends s _ (fun k => / (1 - q) * q ^ (k - 1))); [assumption | apply geometric_shares, H | apply tail_S, H |].
  set (b := 2 / ((1 - q) ^ 3 * (1 + q))).
  set (a := (3 * q ^ 2 - 1) / ((1 - q) ^ 4 * (1 + q) ^ 2) + s / ((1 - q) ^ 2 * (1 - q ^ 2))).
  replace (Finite (s / ((1 - q) ^ 2 * (1 - q ^ 2)) + whole q)) with (Finite (cubic a b 0 0 (INR 1) * (q ^ 2) ^ (1 - 1))).
  - apply (series a b 0 0 (q ^ 2) (square_01 q H)); [|lia]. intros k Hk. rewrite Rpow_mult_distr, <- !pow_mult.
    rewrite (Nat.mul_comm _ 2). unfold cubic, a, b. replace (1 - q ^ 2) with ((1 - q) * (1 + q)) by ring.
    field. lra.
  - f_equal. change (INR 1) with 1. cbn [Nat.sub pow]. unfold cubic, whole, a, b.
    replace (1 - q * (q * 1)) with ((1 - q) * (1 + q)) by ring. field. split; nra.
Qed.

Theorem not_with_prompts : ~ forall s q, 0 <= s -> 0 < q < 1 ->
  exists H : R, is_lim_seq (h_sf s (geometric q) 1) H /\
    forall u, (1 <= u)%nat -> a_min s (geometric q) 1 u <= (17 / 10 + 0 * ln 2) * H.
Proof.
  intro A. set (q := 4 / 5). assert (Q : 0 < q < 1) by (unfold q; lra).
  apply (refuted_by_moments (17 / 10 + 0 * ln 2) 1000 (geometric q) 25 5
    (1000 / ((1 - q) ^ 2 * (1 - q ^ 2)) + whole q) ltac:(lra) (geometric_shares q Q)).
  - replace 25 with (T q 1) by (unfold T, q; change (INR 1) with 1; cbn [Nat.sub pow]; field).
    apply tail_T; [assumption | lia].
  - replace 5 with (/ (1 - q) * q ^ (1 - 1)) by (unfold q; cbn [Nat.sub pow]; field).
    apply tail_S; [assumption | lia].
  - apply h_sf_prompt; [lra | assumption].
  - unfold whole, q. lra.
  - apply (A 1000 q); [lra | assumption].
Qed.
