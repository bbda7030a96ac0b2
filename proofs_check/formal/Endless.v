(** * Endless geometric lengths: x_k = q^(k-1), A_min at most twice H-SF for every prompt

    H-SF on the lengths up to u tends to (s + 1)/(p^2 (1 - q^2)) + 2 q^2/(p^2 (1 - q^2)^2), p = 1 - q,
    and A_min <= s W N + W^2 with W <= 1/p^2 and N <= 1/p (the moments). *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums AllLengths.
Open Scope R_scope.

Lemma geometric_to_zero q : 0 < q < 1 -> is_lim_seq (fun u => q ^ u) 0.
Proof. intro H. apply is_lim_seq_geom. rewrite Rabs_pos_eq; lra. Qed.

(** u q^u = (u r^u) r^u with r = sqrt q, and u r^u is bounded, as (1 + d)^u >= 1 + u d *)
Lemma linear_geometric_to_zero q : 0 < q < 1 -> is_lim_seq (fun u => INR u * q ^ u) 0.
Proof.
  intro H. set (r := sqrt q). assert (R0 : 0 < r) by (apply sqrt_lt_R0; lra).
  assert (Rq : r * r = q) by (apply sqrt_sqrt; lra). assert (R1 : r < 1) by nra.
  set (d := / r - 1). assert (D : 0 < d).
  { unfold d. assert (/ 1 < / r) by (apply Rinv_lt_contravar; lra). rewrite Rinv_1 in *. lra. }
  apply (is_lim_seq_le_le (fun _ => 0) _ (fun u => / d * r ^ u)).
  - intro u. assert (U := pos_INR u). assert (P : 0 < r ^ u) by (apply pow_lt, R0). split.
    + apply Rmult_le_pos; [assumption | apply pow_le; lra].
    + rewrite <- Rq, Rpow_mult_distr, <- Rmult_assoc. apply Rmult_le_compat_r; [lra|].
      assert (B := poly u d D). replace (1 + d) with (/ r) in B by (unfold d; ring).
      rewrite pow_inv in B. apply (Rmult_le_compat_r (r ^ u)) in B; [|lra].
      rewrite Rinv_l in B by lra. apply (Rmult_le_reg_l d); [assumption|].
      rewrite Rinv_r by lra. nra.
  - apply is_lim_seq_const.
  - replace (Finite 0) with (Rbar_mult (/ d) 0) by (cbn; f_equal; ring).
    apply is_lim_seq_scal_l, geometric_to_zero. split; assumption.
Qed.

Lemma closing s q : 0 <= s -> 0 < q < 1 ->
  s * (/ (1 - q) ^ 2 * / (1 - q)) + (/ (1 - q) ^ 2) ^ 2 <=
  2 * (((s + 2 * 1 - 1) / (1 - q ^ 2) + 2 * q ^ 2 / (1 - q ^ 2) ^ 2) / (1 - q) ^ 2).
Proof.
  intros s0 H. apply Rminus_le.
  assert (E : s * (/ (1 - q) ^ 2 * / (1 - q)) + (/ (1 - q) ^ 2) ^ 2 -
    2 * (((s + 2 * 1 - 1) / (1 - q ^ 2) + 2 * q ^ 2 / (1 - q ^ 2) ^ 2) / (1 - q) ^ 2) =
    - (s * ((1 - q) * (1 + q) * (1 - q)) + (1 - q) ^ 2) * / ((1 - q) ^ 4 * (1 + q) ^ 2)).
  { replace (1 - q ^ 2) with ((1 - q) * (1 + q)) by ring. field. split; lra. }
  rewrite E. assert (0 < / ((1 - q) ^ 4 * (1 + q) ^ 2)) by (apply Rinv_0_lt_compat, Rmult_lt_0_compat; apply pow_lt; lra).
  assert (0 <= s * ((1 - q) * (1 + q) * (1 - q))) by (repeat apply Rmult_le_pos; lra).
  assert (0 <= (1 - q) ^ 2) by apply pow2_ge_0.
  rewrite <- Ropp_mult_distr_l. assert (0 <= (s * ((1 - q) * (1 + q) * (1 - q)) + (1 - q) ^ 2) * / ((1 - q) ^ 4 * (1 + q) ^ 2)).
  { apply Rmult_le_pos; lra. }
  lra.
Qed.

Section Geometric.
Variables (s q : R).
Hypotheses (s0 : 0 <= s) (q01 : 0 < q < 1).
Definition geometric (k : nat) : R := q ^ (k - 1).

Lemma geometric_shares : shares geometric.
Proof. intro k. apply pow_le. lra. Qed.

Lemma geometric_S k : (1 <= k)%nat -> geometric (S k) = q * geometric k.
Proof. intro H. unfold geometric. replace (S k - 1)%nat with (S (k - 1)) by lia. reflexivity. Qed.

Lemma geometric_tail n : forall k, (1 <= k)%nat ->
  sum geometric k n = (geometric k - q ^ n * geometric k) / (1 - q).
Proof.
  induction n; intros k H; cbn [sum pow]; [field; lra|].
  rewrite IHn, geometric_S by lia. field. lra.
Qed.

Lemma geometric_work n : forall k, (1 <= k)%nat ->
  sum (fun j => INR j * geometric j) k n <= geometric k * (INR k / (1 - q) + q / (1 - q) ^ 2).
Proof.
  induction n; intros k H; cbn [sum]; assert (K := INR_1 k H); assert (P := geometric_shares k).
  - apply Rmult_le_pos; [assumption|]. assert (0 < (1 - q) ^ 2) by (apply pow_lt; lra).
    assert (0 <= INR k / (1 - q)) by (apply Rlt_le, Rdiv_lt_0_compat; lra).
    assert (0 <= q / (1 - q) ^ 2) by (apply Rlt_le, Rdiv_lt_0_compat; lra). lra.
  - assert (I := IHn (S k) ltac:(lia)). rewrite geometric_S, S_INR in I by assumption.
    replace (geometric k * (INR k / (1 - q) + q / (1 - q) ^ 2))
      with (INR k * geometric k + q * geometric k * ((INR k + 1) / (1 - q) + q / (1 - q) ^ 2)) by (field; lra).
    lra.
Qed.

(** the sum over k <= u of (s + 2k - 1) r^(k-1) *)
Definition weighted (r k : R) : R := (s + 2 * k - 1) / (1 - r) + 2 * r / (1 - r) ^ 2.
Lemma weighted_sum r u : r <> 1 ->
  sum (fun k => (s + 2 * INR k - 1) * r ^ (k - 1)) 1 u = weighted r 1 - weighted r (INR u + 1) * r ^ u.
Proof.
  intro H. induction u; [cbn [sum INR pow]; unfold weighted; field; lra|].
  replace (S u) with (u + 1)%nat at 1 by lia. rewrite sum_split, IHu. cbn [sum].
  replace (1 + u - 1)%nat with u by lia. change (1 + u)%nat with (S u). rewrite !S_INR.
  unfold weighted. cbn [pow]. field. lra.
Qed.

Lemma arithmetic_sum u : sum (fun k => s + 2 * INR k - 1) 1 u = s * INR u + INR u ^ 2.
Proof.
  induction u; [cbn [sum INR]; ring|]. replace (S u) with (u + 1)%nat at 1 by lia. rewrite sum_split, IHu.
  cbn [sum]. change (1 + u)%nat with (S u). rewrite !S_INR. ring.
Qed.

Definition rest (e f : R) : R :=
  - (weighted (q ^ 2) 1 * (e * e) + 2 / (1 - q ^ 2) * (f * e)) - 2 * e * weighted q 1
  + 2 * (weighted q 1 * (e * e) + 2 / (1 - q) * (f * e)) + (s * (f * e) + f * f).

Lemma h_sf_geometric u : (1 <= u)%nat -> h_sf s geometric 1 u =
  (weighted (q ^ 2) 1 + rest (q ^ u) (INR u * q ^ u)) / (1 - q) ^ 2.
Proof.
  intro Hu. assert (q2 : q ^ 2 <> 1) by nra. rewrite h_sf_tails by lia.
  replace (upto 1 u) with (S (u - 1)) by (unfold upto; lia).
  replace (c s 1 * sum geometric 1 (S (u - 1)) ^ 2
    + stages (fun i m => (s + 2 * INR i - 1) * sum geometric i m ^ 2) 2 (u - 1))
    with (stages (fun i m => (s + 2 * INR i - 1) * sum geometric i m ^ 2) 1 (S (u - 1)))
    by (cbn [stages]; unfold c; cbn [INR]; ring).
  replace (S (u - 1)) with u by lia.
  rewrite (stages_ext _ (fun i _ => / (1 - q) ^ 2 * ((s + 2 * INR i - 1) * (q ^ 2) ^ (i - 1)
    + ((- 2 * q ^ u) * ((s + 2 * INR i - 1) * q ^ (i - 1)) + q ^ u * q ^ u * (s + 2 * INR i - 1))))).
  - rewrite stages_sum, sum_scal, !sum_plus, !sum_scal, !weighted_sum, arithmetic_sum by (assumption || lra).
    unfold rest, weighted. rewrite <- pow_mult, (Nat.mul_comm 2 u), pow_mult. field. split; [lra|]. nra.
  - intros i m Hi Hm _. rewrite geometric_tail by lia. unfold geometric.
    assert (E : q ^ m * q ^ (i - 1) = q ^ u) by (rewrite <- pow_add; f_equal; lia). rewrite E.
    rewrite <- pow_mult, (Nat.mul_comm 2), pow_mult. field. lra.
Qed.

Lemma rest_to_zero : is_lim_seq (fun u => rest (q ^ u) (INR u * q ^ u)) 0.
Proof.
  assert (Le := geometric_to_zero q q01). assert (Lf := linear_geometric_to_zero q q01).
  assert (C : forall e f, rest e f = (2 * weighted q 1 - weighted (q ^ 2) 1) * (e * e)
    + ((4 / (1 - q) - 2 / (1 - q ^ 2) + s) * (f * e) + (f * f + (- 2 * weighted q 1) * e))).
  { intros e f. unfold rest, Rdiv. ring. }
  apply (is_lim_seq_ext _ _ _ (fun u => eq_sym (C (q ^ u) (INR u * q ^ u)))).
  replace 0 with ((2 * weighted q 1 - weighted (q ^ 2) 1) * (0 * 0)
    + ((4 / (1 - q) - 2 / (1 - q ^ 2) + s) * (0 * 0) + (0 * 0 + (- 2 * weighted q 1) * 0))) by ring.
  repeat first [exact Le | exact Lf | apply is_lim_seq_const | apply is_lim_seq_mult' | apply is_lim_seq_plus'].
Qed.

Theorem geometric_2 : exists H : R, is_lim_seq (h_sf s geometric 1) H /\
  forall u, (1 <= u)%nat -> a_min s geometric 1 u <= 2 * H.
Proof.
  exists (weighted (q ^ 2) 1 / (1 - q) ^ 2). split.
  - apply (is_lim_seq_ext_loc (fun u => (weighted (q ^ 2) 1 + rest (q ^ u) (INR u * q ^ u)) * / (1 - q) ^ 2)).
    + exists 1%nat. intros u Hu. rewrite h_sf_geometric by assumption. reflexivity.
    + replace (Finite (weighted (q ^ 2) 1 / (1 - q) ^ 2)) with (Finite ((weighted (q ^ 2) 1 + 0) * / (1 - q) ^ 2))
        by (f_equal; unfold Rdiv; ring).
      apply is_lim_seq_mult'; [|apply is_lim_seq_const]. apply is_lim_seq_plus'; [apply is_lim_seq_const|].
      apply rest_to_zero.
  - intros u Hu. destruct (moments s geometric u s0 Hu geometric_shares) as [A _].
    assert (W := geometric_work u 1 (le_n 1)). assert (N := geometric_tail u 1 (le_n 1)).
    replace (geometric 1) with 1 in * by reflexivity. cbn [INR] in W.
    assert (Q : 0 < q ^ u) by (apply pow_lt; lra). set (w := sum (fun k => INR k * geometric k) 1 u) in *.
    set (t := sum geometric 1 u) in *. assert (p0 : 0 < 1 - q) by lra.
    assert (t1 : 0 <= t <= / (1 - q)).
    { split; [apply sum_shares, geometric_shares|]. rewrite N. apply (Rmult_le_reg_r (1 - q)); [assumption|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    assert (w1 : 0 <= w <= / (1 - q) ^ 2).
    { split.
      - apply sum_nonneg. intros. apply Rmult_le_pos; [apply pos_INR | apply geometric_shares].
      - replace (/ (1 - q) ^ 2) with (1 * (1 / (1 - q) + q / (1 - q) ^ 2)) by (field; lra). exact W. }
    assert (B1 : w * t <= / (1 - q) ^ 2 * / (1 - q)) by (apply Rmult_le_compat; lra).
    assert (B2 : w ^ 2 <= (/ (1 - q) ^ 2) ^ 2) by (apply pow_incr; lra).
    assert (B3 : s * (w * t) <= s * (/ (1 - q) ^ 2 * / (1 - q))) by (apply Rmult_le_compat_l; assumption).
    eapply Rle_trans; [exact A|]. apply Rle_trans with (s * (/ (1 - q) ^ 2 * / (1 - q)) + (/ (1 - q) ^ 2) ^ 2); [lra|].
    apply closing; assumption.
Qed.
End Geometric.
