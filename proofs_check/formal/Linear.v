(** * A_min on linearly weighted geometric lengths, x_k = k q^(k-1): Theorem 8, and every prompt

    Without prompts a stage is T_k W_k with T_k = sum of j^2 q^(j-1) over j >= k and W_k = sum of
    (1 + 2 (j - k)) q^(j-1), so that the ratio is rational: N/D. *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums Limits.
Open Scope R_scope.

Definition linear (q : R) (k : nat) : R := INR k * q ^ (k - 1).
Definition top (q : R) : R := (1 + q) ^ 2 * (1 + 3 * q + 6 * q ^ 2 + 3 * q ^ 3 + q ^ 4).
Definition bottom (q : R) : R := 1 + 2 * q + 11 * q ^ 2 + 8 * q ^ 3 + 11 * q ^ 4 + 2 * q ^ 5 + q ^ 6.

Section Linear.
Variable q : R.
Hypothesis q01 : 0 < q < 1.
Local Notation p := (1 - q).
Local Notation x := (linear q).

Lemma linear_shares : shares x.
Proof. intro k. apply Rmult_le_pos; [apply pos_INR | apply pow_le; lra]. Qed.

Lemma square_01 : 0 < q ^ 2 < 1.
Proof. nra. Qed.

Lemma bottom_pos : 0 < bottom q.
Proof.
  unfold bottom. assert (P : forall n, 0 < q ^ n) by (intro; apply pow_lt; lra).
  assert (A := P 2%nat). assert (B := P 3%nat). assert (C := P 4%nat). assert (D := P 5%nat).
  assert (E := P 6%nat). lra.
Qed.

(** ** Tails *)
Definition share (k : nat) : R := (INR k / p + q / p ^ 2) * q ^ (k - 1).
Lemma tail_share k : (1 <= k)%nat -> is_lim_seq (sum x k) (share k).
Proof.
  intro Hk. assert (A := series (q / p ^ 2) (/ p) 0 0 q q01 x). unfold cubic in A.
  replace (share k) with ((q / p ^ 2 + / p * INR k + 0 * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1))
    by (unfold share; field; lra).
  apply A; [|assumption]. intros j Hj. unfold linear. field. lra.
Qed.

Definition work (k : nat) : R := (q * (1 + q) / p ^ 3 + 2 * q / p ^ 2 * INR k + / p * INR k ^ 2) * q ^ (k - 1).
Lemma tail_work k : (1 <= k)%nat -> is_lim_seq (sum (fun j => INR j * x j) k) (work k).
Proof.
  intro Hk. assert (A := series (q * (1 + q) / p ^ 3) (2 * q / p ^ 2) (/ p) 0 q q01 (fun j => INR j * x j)).
  unfold cubic in A.
  replace (work k) with ((q * (1 + q) / p ^ 3 + 2 * q / p ^ 2 * INR k + / p * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1))
    by (unfold work; ring).
  apply A; [|assumption]. intros j Hj. unfold linear. field. lra.
Qed.

Definition waits (k : nat) : R := (1 + q) / p ^ 2 * q ^ (k - 1).
Lemma tail_waits k : (1 <= k)%nat -> is_lim_seq (sum (fun j => wait k j * x j) k) (waits k).
Proof.
  intro Hk. set (a := (1 - 2 * INR k) / p + 2 * q / p ^ 2).
  assert (A := series a (2 / p) 0 0 q q01 (fun j => wait k j * x j)). unfold cubic in A.
  replace (waits k) with ((a + 2 / p * INR k + 0 * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1))
    by (unfold waits, a; field; lra).
  apply A; [|assumption]. intros j Hj. assert (J := INR_1 j Hj). unfold wait, linear, a. field. lra.
Qed.

(** ** The forms *)
Definition first : R := (q ^ 4 + 2 * q ^ 3 + 4 * q ^ 2 + 2 * q + 1) / (p ^ 5 * (1 + q) ^ 3).
Definition second : R := bottom q / (p ^ 6 * (1 + q) ^ 4).

Lemma h_sf_whole s : 0 <= s -> is_lim_seq (h_sf s x 1) (s * first + second).
Proof.
  intro s0. apply (h_sf_tends s x share); [assumption | exact linear_shares | exact tail_share |].
  set (a := s * (2 * q ^ 2 * (2 * q ^ 2 + 2 * q + 1) / (p ^ 5 * (1 + q) ^ 3))
    + 12 * q ^ 4 * (q ^ 2 + q + 1) / (p ^ 6 * (1 + q) ^ 4)).
  set (b := s * (2 * q * (2 * q + 1) / (p ^ 4 * (1 + q) ^ 2))
    + 2 * q * (10 * q ^ 3 + 7 * q ^ 2 + 2 * q - 1) / (p ^ 5 * (1 + q) ^ 3)).
  set (d := s / (p ^ 3 * (1 + q)) + (11 * q ^ 2 + 4 * q - 1) / (p ^ 4 * (1 + q) ^ 2)).
  set (e := 2 / (p ^ 3 * (1 + q))).
  replace (Finite (s * first + second)) with (Finite (cubic a b d e (INR 1) * (q ^ 2) ^ (1 - 1))).
  - apply (series a b d e (q ^ 2) square_01); [|lia]. intros k Hk. unfold share.
    rewrite Rpow_mult_distr, <- !pow_mult, (Nat.mul_comm _ 2). unfold cubic, a, b, d, e. field. lra.
  - f_equal. change (INR 1) with 1. cbn [Nat.sub pow]. unfold cubic, first, second, bottom, a, b, d, e. field. lra.
Qed.

Definition whole : R := top q / (p ^ 6 * (1 + q) ^ 4).
Theorem a_min_whole : is_lim_seq (a_min 0 x 1) whole /\ forall u, a_min 0 x 1 u <= whole.
Proof.
  apply (a_min_tends x work waits); [exact linear_shares | exact tail_work | exact tail_waits |].
  set (a := q * (4 * q ^ 3 + 5 * q ^ 2 + 4 * q + 1) / (p ^ 6 * (1 + q) ^ 2)).
  set (b := 2 * q * (2 * q + 1) / (p ^ 5 * (1 + q))). set (d := / p ^ 4).
  replace (Finite whole) with (Finite (cubic a b d 0 (INR 1) * (q ^ 2) ^ (1 - 1))).
  - apply (series a b d 0 (q ^ 2) square_01); [|lia]. intros k Hk. unfold work, waits.
    rewrite <- pow_mult. replace (2 * (k - 1))%nat with ((k - 1) + (k - 1))%nat by lia. rewrite pow_add.
    unfold cubic, a, b, d. field. lra.
  - f_equal. change (INR 1) with 1. cbn [Nat.sub pow]. unfold cubic, whole, top, a, b, d. field. lra.
Qed.

Lemma second_pos : 0 < second.
Proof.
  apply Rdiv_lt_0_compat; [exact bottom_pos|]. apply Rmult_lt_0_compat; apply pow_lt; lra.
Qed.

Lemma whole_ratio : whole = top q / bottom q * second.
Proof. assert (B := bottom_pos). unfold whole, second. field. lra. Qed.

Lemma at_most_14_9 : top q / bottom q <= 14 / 9.
Proof.
  assert (B := bottom_pos). apply (Rmult_le_reg_r (9 * bottom q)); [lra|].
  replace (top q / bottom q * (9 * bottom q)) with (9 * top q) by (field; lra).
  assert (E : 14 / 9 * (9 * bottom q) - 9 * top q = (1 - q) ^ 2 * (5 * q ^ 4 + 18 * q ^ 2 + 5 - 7 * q * (q ^ 2 + 1)))
    by (unfold top, bottom; field).
  assert (0 <= (1 - q) ^ 2 * (5 * q ^ 4 + 18 * q ^ 2 + 5 - 7 * q * (q ^ 2 + 1))); [|lra].
  apply Rmult_le_pos; [apply pow2_ge_0|]. assert (0 <= (q ^ 2 - q) ^ 2) by apply pow2_ge_0. nra.
Qed.

Lemma at_most b u : 14 / 9 <= b -> a_min 0 x 1 u <= b * second.
Proof.
  intro Hb. destruct a_min_whole as [_ A]. eapply Rle_trans; [apply A|]. rewrite whole_ratio.
  assert (B := at_most_14_9). apply Rmult_le_compat_r; [apply Rlt_le, second_pos | lra].
Qed.

(** ** Every prompt: A_min <= s W N + W^2, and W N <= 16/9 first, W^2 <= 16/9 second *)
Theorem every_prompt s : 0 <= s -> exists H : R, is_lim_seq (h_sf s x 1) H /\
  forall u, (1 <= u)%nat -> a_min s x 1 u <= 16 / 9 * H.
Proof.
  intro s0. exists (s * first + second). split; [apply h_sf_whole, s0|]. intros u Hu.
  eapply Rle_trans; [apply (a_min_le_limits s x (work 1) (share 1) s0 linear_shares
    (tail_work 1 (le_n 1)) (tail_share 1 (le_n 1)) u Hu)|].
  assert (Wk : work 1 = (1 + q) / p ^ 3) by (unfold work; change (INR 1) with 1; cbn [Nat.sub pow]; field; lra).
  assert (Sh : share 1 = / p ^ 2) by (unfold share; change (INR 1) with 1; cbn [Nat.sub pow]; field; lra).
  rewrite Wk, Sh.
  assert (D5 : 0 < / (9 * p ^ 5 * (1 + q) ^ 3))
    by (apply Rinv_0_lt_compat; repeat apply Rmult_lt_0_compat; try apply pow_lt; lra).
  assert (D6 : 0 < / (9 * p ^ 6 * (1 + q) ^ 4))
    by (apply Rinv_0_lt_compat; repeat apply Rmult_lt_0_compat; try apply pow_lt; lra).
  assert (A : (1 + q) / p ^ 3 * / p ^ 2 <= 16 / 9 * first).
  { apply Rminus_le. replace ((1 + q) / p ^ 3 * / p ^ 2 - 16 / 9 * first) with
      (- (7 + 7 * q ^ 4 + 10 * q ^ 2 - 4 * q - 4 * q ^ 3) * / (9 * p ^ 5 * (1 + q) ^ 3)) by (unfold first; field; lra).
    assert (0 <= 7 + 7 * q ^ 4 + 10 * q ^ 2 - 4 * q - 4 * q ^ 3) by nra. nra. }
  assert (B : ((1 + q) / p ^ 3) ^ 2 <= 16 / 9 * second).
  { apply Rminus_le. replace (((1 + q) / p ^ 3) ^ 2 - 16 / 9 * second) with
      (- ((1 - q) ^ 2 * (7 * q ^ 4 - 8 * q ^ 3 + 18 * q ^ 2 - 8 * q + 7)) * / (9 * p ^ 6 * (1 + q) ^ 4))
      by (unfold second, bottom; field; lra).
    assert (0 <= 7 * q ^ 4 - 8 * q ^ 3 + 18 * q ^ 2 - 8 * q + 7) by (assert (0 <= (q ^ 2 - q) ^ 2) by apply pow2_ge_0; nra).
    assert (0 <= (1 - q) ^ 2 * (7 * q ^ 4 - 8 * q ^ 3 + 18 * q ^ 2 - 8 * q + 7)) by (apply Rmult_le_pos; [apply pow2_ge_0 | assumption]).
    nra. }
  apply (Rmult_le_compat_l s) in A; [|assumption]. lra.
Qed.
End Linear.

(** ** The ratio N/D rises to 14/9 *)
Lemma ratio_derive t : 0 < t <= 1 -> is_derive (fun q => top q / bottom q) t
  ((1 - t) * (1 + t) * (3 * t ^ 8 + 4 * t ^ 7 + 4 * t ^ 6 + 4 * t ^ 5 + 26 * t ^ 4 + 4 * t ^ 3 + 4 * t ^ 2 + 4 * t + 3)
   / bottom t ^ 2).
Proof.
  intro H. assert (P : forall n, 0 < t ^ n) by (intro; apply pow_lt; lra).
  assert (B : 0 < bottom t).
  { unfold bottom. assert (A := P 2%nat). assert (B := P 3%nat). assert (C := P 4%nat).
    assert (D := P 5%nat). assert (E := P 6%nat). lra. }
  unfold top, bottom in *. auto_derive; [lra|]. field. lra.
Qed.

Theorem ratio_rises p q : 0 < p -> p < q -> q <= 1 -> top p / bottom p < top q / bottom q.
Proof.
  intros P H Q. destruct (MVT_cor2 (fun q => top q / bottom q) (fun t => (1 - t) * (1 + t) *
    (3 * t ^ 8 + 4 * t ^ 7 + 4 * t ^ 6 + 4 * t ^ 5 + 26 * t ^ 4 + 4 * t ^ 3 + 4 * t ^ 2 + 4 * t + 3)
    / bottom t ^ 2) p q H) as (z & E & Hz).
  - intros t Ht. apply is_derive_Reals, ratio_derive. lra.
  - assert (Z : forall n, 0 < z ^ n) by (intro; apply pow_lt; lra).
    assert (A : 0 < (1 - z) * (1 + z) * (3 * z ^ 8 + 4 * z ^ 7 + 4 * z ^ 6 + 4 * z ^ 5 + 26 * z ^ 4 + 4 * z ^ 3
      + 4 * z ^ 2 + 4 * z + 3) / bottom z ^ 2 * (q - p)); [|lra].
    assert (Z2 := Z 2%nat). assert (Z3 := Z 3%nat). assert (Z4 := Z 4%nat). assert (Z5 := Z 5%nat).
    assert (Z6 := Z 6%nat). assert (Z7 := Z 7%nat). assert (Z8 := Z 8%nat).
    apply Rmult_lt_0_compat; [|lra]. apply Rdiv_lt_0_compat; [|apply pow_lt, bottom_pos; lra].
    repeat apply Rmult_lt_0_compat; lra.
Qed.

Theorem printed q : 0 < q < 1 -> exists A H : R, 0 < H /\
  is_lim_seq (a_min 0 (linear q) 1) A /\ is_lim_seq (h_sf 0 (linear q) 1) H /\ A / H = top q / bottom q.
Proof.
  intro Q. assert (P := second_pos q Q). exists (whole q), (second q). split; [assumption|].
  split; [apply a_min_whole, Q|]. split.
  - replace (second q) with (0 * first q + second q) by ring. apply h_sf_whole; [assumption | lra].
  - rewrite (whole_ratio q Q). assert (B := bottom_pos q Q). field. lra.
Qed.

Lemma bounded b q : 14 / 9 <= b -> 0 < q < 1 -> exists H : R,
  is_lim_seq (h_sf 0 (linear q) 1) H /\ forall u, (1 <= u)%nat -> a_min 0 (linear q) 1 u <= b * H.
Proof.
  intros Hb Q. exists (second q). split; [|intros u _; apply at_most; assumption].
  replace (second q) with (0 * first q + second q) by ring. apply h_sf_whole; [assumption | lra].
Qed.

Theorem theorem_8 :
  (forall q, 0 < q < 1 -> exists A H : R, 0 < H /\ is_lim_seq (a_min 0 (linear q) 1) A /\
    is_lim_seq (h_sf 0 (linear q) 1) H /\ A / H = top q / bottom q) /\
  (forall p q, 0 < p -> p < q -> q <= 1 -> top p / bottom p < top q / bottom q) /\
  (forall q, 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (linear q) 1) H /\
    forall u, (1 <= u)%nat -> a_min 0 (linear q) 1 u <= 14 / 9 * H).
Proof. split; [exact printed|]. split; [exact ratio_rises|]. intros q Q. apply bounded; lra. Qed.

Theorem at_most_1_56 q : 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (linear q) 1) H /\
  forall u, (1 <= u)%nat -> a_min 0 (linear q) 1 u <= 39 / 25 * H.
Proof. apply bounded. lra. Qed.

Theorem at_most_1_6 q : 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (linear q) 1) H /\
  forall u, (1 <= u)%nat -> a_min 0 (linear q) 1 u <= 8 / 5 * H.
Proof. apply bounded. lra. Qed.

(** no smaller bound: N/D is continuous at 1 *)
Theorem least b : b < 14 / 9 -> exists q (H : R) u, 0 < q < 1 /\
  is_lim_seq (h_sf 0 (linear q) 1) H /\ b * H < a_min 0 (linear q) 1 u.
Proof.
  intro Hb. assert (C : continuity_pt (fun q => top q / bottom q) 1).
  { apply derivable_continuous_pt. eexists. apply is_derive_Reals, ratio_derive. lra. }
  destruct (C (14 / 9 - b) ltac:(lra)) as (e & e0 & He).
  set (q := 1 - Rmin (e / 2) (1 / 2)). assert (M1 := Rmin_l (e / 2) (1 / 2)). assert (M2 := Rmin_r (e / 2) (1 / 2)).
  assert (M0 : 0 < Rmin (e / 2) (1 / 2)) by (apply Rmin_glb_lt; lra).
  assert (Q : 0 < q < 1) by (unfold q; lra).
  assert (One : top 1 / bottom 1 = 14 / 9) by (unfold top, bottom; field).
  assert (R : b < top q / bottom q).
  { specialize (He q). cbn beta in He. rewrite One in He.
    assert (B : Rabs (top q / bottom q - 14 / 9) < 14 / 9 - b).
    { apply He. split; [split; [exact I | lra]|]. unfold dist. cbn. unfold R_dist, q. rewrite Rabs_left; lra. }
    apply Rabs_lt_between in B. lra. }
  destruct (a_min_whole q Q) as [L _]. assert (P := second_pos q Q). rewrite (whole_ratio q Q) in L.
  assert (E : 0 < (top q / bottom q - b) * second q) by (apply Rmult_lt_0_compat; lra).
  destruct (proj2 (is_lim_seq_spec _ _) L (mkposreal _ E)) as [N HN]. specialize (HN N (le_n N)).
  change (Rabs (a_min 0 (linear q) 1 N - top q / bottom q * second q) < (top q / bottom q - b) * second q) in HN.
  apply Rabs_lt_between in HN. exists q, (second q), N. split; [assumption|]. split.
  - replace (second q) with (0 * first q + second q) by ring. apply h_sf_whole; [assumption | lra].
  - clear - HN. lra.
Qed.

Theorem tight :
  (forall q, 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 (linear q) 1) H /\
    forall u, (1 <= u)%nat -> a_min 0 (linear q) 1 u <= 14 / 9 * H) /\
  (forall b, b < 14 / 9 -> exists q (H : R) u, 0 < q < 1 /\
    is_lim_seq (h_sf 0 (linear q) 1) H /\ b * H < a_min 0 (linear q) 1 u).
Proof. split; [intros q Q; apply bounded; lra | exact least]. Qed.

(** ** With prompts: q = 9/10, s = 1000 *)
Theorem not_with_prompts : ~ forall s q, 0 <= s -> 0 < q < 1 -> exists H : R,
  is_lim_seq (h_sf s (linear q) 1) H /\ forall u, (1 <= u)%nat -> a_min s (linear q) 1 u <= 14 / 9 * H.
Proof.
  intro A. set (q := 9 / 10). assert (Q : 0 < q < 1) by (unfold q; lra).
  apply (refuted_by_moments (14 / 9) 1000 (linear q) (work q 1) (share q 1)
    (1000 * first q + second q) ltac:(lra) (linear_shares q Q)).
  - apply tail_work; [assumption | lia].
  - apply tail_share; [assumption | lia].
  - apply h_sf_whole; [assumption | lra].
  - unfold work, share, first, second, bottom, q. change (INR 1) with 1. cbn [Nat.sub pow]. lra.
  - apply (A 1000 q); [lra | assumption].
Qed.
