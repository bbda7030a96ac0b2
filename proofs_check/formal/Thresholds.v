(** * A_l with a threshold on endless lengths: 4 on geometric, 8/3 on linearly weighted geometric ones

    With E the sum of k^2 x_k, B its part beyond the threshold m and L the shares beyond it, A_l tends to
    (E - B + m^2 L)(N + L) + B L; that is at most A_random, E N, which has a closed form. *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums Endless Limits Figure3 Linear.
Open Scope R_scope.

(** ** Its limit *)
Lemma beyond_tail m g (G : R) : is_lim_seq (sum g (S m)) G -> is_lim_seq (sum (fun j => beyond m j * g j) 1) G.
Proof.
  intro H. apply (is_lim_seq_incr_n _ m). apply (is_lim_seq_ext (sum g (S m))); [|exact H]. intro n.
  rewrite (Nat.add_comm n m), sum_split. rewrite (sum_ext (fun j => beyond m j * g j) (fun _ => 0) m 1).
  - rewrite sum_zero, Rplus_0_l. replace (1 + m)%nat with (S m) by lia. apply sum_ext. intros j Hj. unfold beyond.
    destruct (Nat.ltb_spec m j); [ring | lia].
  - intros j Hj. unfold beyond. destruct (Nat.ltb_spec m j); [lia | ring].
Qed.

Lemma beyond_range m j : 0 <= beyond m j <= 1.
Proof. unfold beyond. destruct (Nat.ltb m j); lra. Qed.

Lemma a_l_below x m (E N B L : R) : shares x ->
  is_lim_seq (sum (fun j => INR j ^ 2 * x j) 1) E -> is_lim_seq (sum x 1) N ->
  is_lim_seq (sum (fun j => INR j ^ 2 * x j) (S m)) B -> is_lim_seq (sum x (S m)) L ->
  forall u, a_l_up_to m 0 x 1 u <= (E - B + INR m ^ 2 * L) * (N + L) + B * L.
Proof.
  intros x0 LE LN LB LL u. apply beyond_tail in LB. apply beyond_tail in LL.
  unfold a_l_up_to, stage. replace (upto 1 u) with u by (unfold upto; lia).
  assert (F1 : is_lim_seq (sum (fun j => c 0 (Nat.min j m) * x j) 1) (E - B + INR m ^ 2 * L)).
  { apply (is_lim_seq_ext (fun n => sum (fun j => INR j ^ 2 * x j) 1 n - sum (fun j => beyond m j * (INR j ^ 2 * x j)) 1 n
      + INR m ^ 2 * sum (fun j => beyond m j * x j) 1 n)).
    - intro n. rewrite <- sum_scal. replace (sum (fun j => INR j ^ 2 * x j) 1 n - sum (fun j => beyond m j * (INR j ^ 2 * x j)) 1 n)
        with (sum (fun j => INR j ^ 2 * x j) 1 n + -1 * sum (fun j => beyond m j * (INR j ^ 2 * x j)) 1 n) by ring.
      rewrite <- sum_scal, <- !sum_plus. apply sum_ext. intros j Hj. unfold c, beyond.
      destruct (Nat.ltb_spec m j); [rewrite Nat.min_r by lia | rewrite Nat.min_l by lia]; ring.
    - apply is_lim_seq_plus'; [apply is_lim_seq_minus'; assumption|].
      apply is_lim_seq_mult'; [apply is_lim_seq_const | assumption]. }
  assert (F2 : is_lim_seq (sum (fun j => (1 + beyond m j) * x j) 1) (N + L)).
  { apply (is_lim_seq_ext (fun n => sum x 1 n + sum (fun j => beyond m j * x j) 1 n)).
    - intro n. rewrite <- sum_plus. apply sum_ext. intros. ring.
    - apply is_lim_seq_plus'; assumption. }
  assert (F3 : is_lim_seq (sum (fun j => beyond m j * c 0 j * x j) 1) B).
  { eapply is_lim_seq_ext; [|exact LB]. intro n. apply sum_ext. intros. unfold c. ring. }
  assert (P : forall j, 0 <= x j /\ 0 <= INR j /\ 0 <= beyond m j <= 1 /\ 0 <= INR (Nat.min j m)).
  { intro j. split; [apply x0|]. split; [apply pos_INR|]. split; [apply beyond_range | apply pos_INR]. }
  assert (P1 : forall j, 0 <= c 0 (Nat.min j m) * x j) by (intro j; destruct (P j) as (A & ? & ? & ?); unfold c; repeat apply Rmult_le_pos; lra).
  assert (P2 : forall j, 0 <= (1 + beyond m j) * x j) by (intro j; destruct (P j) as (A & ? & ? & ?); repeat apply Rmult_le_pos; lra).
  assert (P3 : forall j, 0 <= beyond m j * c 0 j * x j) by (intro j; destruct (P j) as (A & ? & ? & ?); unfold c; repeat apply Rmult_le_pos; lra).
  assert (P4 : forall j, 0 <= beyond m j * x j) by (intro j; destruct (P j) as (A & ? & ? & ?); repeat apply Rmult_le_pos; lra).
  apply Rplus_le_compat; apply Rmult_le_compat; try (apply sum_nonneg; intros; auto); apply below_limit; auto.
Qed.

Section Geometric.
Variables (q : R) (m : nat).
Hypothesis q01 : 0 < q < 1.
Local Notation p := (1 - q).

(** m p q^m <= 1 - q^m *)
Lemma weight_small k : INR k * p * q ^ k <= 1 - q ^ k.
Proof.
  induction k as [|k IH]; [cbn; lra|]. rewrite S_INR. cbn [pow]. assert (P : 0 < q ^ k) by (apply pow_lt; lra).
  assert (q ^ k <= 1) by (rewrite <- (pow1 k); apply pow_incr; lra).
  assert (A : q * (INR k * p * q ^ k) <= q * (1 - q ^ k)) by (apply Rmult_le_compat_l; lra).
  assert (0 <= p * (1 - q * q ^ k)) by (apply Rmult_le_pos; [lra | nra]). nra.
Qed.

Theorem a_l_geometric : exists H : R, is_lim_seq (h_sf 0 (geometric q) 1) H /\
  forall u, (1 <= u)%nat -> a_l_up_to m 0 (geometric q) 1 u <= 4 * H.
Proof.
  exists (Figure3.whole q). split; [apply Figure3.h_sf_whole, q01|]. intros u Hu.
  assert (N : forall k, (1 <= k)%nat -> is_lim_seq (sum (geometric q) k) (/ p * q ^ (k - 1))).
  { intros k Hk. assert (A := series (/ p) 0 0 0 q q01 (geometric q)). unfold cubic in A.
    replace (/ p * q ^ (k - 1)) with ((/ p + 0 * INR k + 0 * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1)) by ring.
    apply A; [|assumption]. intros j Hj. unfold geometric. field. lra. }
  assert (E : forall k, (1 <= k)%nat -> is_lim_seq (sum (fun j => INR j ^ 2 * geometric q j) k)
    ((q * (1 + q) / p ^ 3 + 2 * q / p ^ 2 * INR k + / p * INR k ^ 2) * q ^ (k - 1))).
  { intros k Hk. assert (A := series (q * (1 + q) / p ^ 3) (2 * q / p ^ 2) (/ p) 0 q q01 (fun j => INR j ^ 2 * geometric q j)).
    unfold cubic in A.
    replace ((q * (1 + q) / p ^ 3 + 2 * q / p ^ 2 * INR k + / p * INR k ^ 2) * q ^ (k - 1)) with
      ((q * (1 + q) / p ^ 3 + 2 * q / p ^ 2 * INR k + / p * INR k ^ 2 + 0 * INR k ^ 3) * q ^ (k - 1)) by ring.
    apply A; [|assumption]. intros j Hj. unfold geometric. field. lra. }
  eapply Rle_trans; [apply (a_l_below _ m _ _ _ _ (geometric_shares q q01) (E 1%nat (le_n 1)) (N 1%nat (le_n 1))
    (E (S m) ltac:(lia)) (N (S m) ltac:(lia)))|].
  change (INR 1) with 1. rewrite S_INR. cbn [Nat.sub pow]. rewrite Nat.sub_0_r.
  set (y := q ^ m). set (M := INR m). assert (W := weight_small m). fold y M in W.
  assert (y0 : 0 < y) by (apply pow_lt; lra). assert (M0 : 0 <= M) by apply pos_INR.
  set (w := M * p * y). assert (w01 : 0 <= w <= 1) by (unfold w; split; [apply Rmult_le_pos; nra | lra]).
  match goal with |- ?A <= _ => assert (I : A = (1 + q) / p ^ 4 - w * (2 - w) / p ^ 4) by (unfold w; field; lra) end.
  rewrite I. unfold Figure3.whole.
  assert (D : 0 < / (p ^ 4 * (1 + q) ^ 2)) by (apply Rinv_0_lt_compat, Rmult_lt_0_compat; apply pow_lt; lra).
  assert (0 <= w * (2 - w) / p ^ 4).
  { apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Rlt_le, Rinv_0_lt_compat, pow_lt; lra]. }
  replace (4 * ((1 + q ^ 2) / (p ^ 4 * (1 + q) ^ 2))) with ((1 + q) / p ^ 4 + (4 * (1 + q ^ 2) - (1 + q) ^ 3) * / (p ^ 4 * (1 + q) ^ 2))
    by (field; lra).
  assert (0 <= (4 * (1 + q ^ 2) - (1 + q) ^ 3) * / (p ^ 4 * (1 + q) ^ 2)).
  { apply Rmult_le_pos; [|lra]. replace (4 * (1 + q ^ 2) - (1 + q) ^ 3) with (p * (3 + q ^ 2)) by ring.
    apply Rmult_le_pos; [lra | nra]. }
  lra.
Qed.

(** the share beyond m of k (k + 1)/2 p^3 q^(k-1) *)
Lemma share_beyond k : q ^ k * (1 + INR k * p + INR k * (INR k + 1) * p ^ 2 / 2) <= 1.
Proof.
  induction k as [|k IH]; [cbn; lra|]. rewrite S_INR. cbn [pow]. set (K := INR k) in *.
  assert (K0 : 0 <= K) by apply pos_INR. assert (P : 0 < q ^ k) by (apply pow_lt; lra).
  eapply Rle_trans; [|exact IH]. apply Rminus_le.
  replace (q * q ^ k * (1 + (K + 1) * p + (K + 1) * (K + 1 + 1) * p ^ 2 / 2) - q ^ k * (1 + K * p + K * (K + 1) * p ^ 2 / 2))
    with (- (q ^ k * (p ^ 3 * ((K + 1) * (K + 2) / 2)))) by (cbn [pow]; field).
  assert (0 <= q ^ k * (p ^ 3 * ((K + 1) * (K + 2) / 2))); [|lra].
  apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [apply pow_le; lra | nra].
Qed.

Theorem a_l_linear : exists H : R, is_lim_seq (h_sf 0 (linear q) 1) H /\
  forall u, (1 <= u)%nat -> a_l_up_to m 0 (linear q) 1 u <= 8 / 3 * H.
Proof.
  exists (second q). split.
  { replace (second q) with (0 * first q + second q) by ring. apply Linear.h_sf_whole; [assumption | lra]. }
  intros u Hu. set (a := q * (1 + 4 * q + q ^ 2) / p ^ 4). set (b := 3 * q * (1 + q) / p ^ 3). set (d := 3 * q / p ^ 2).
  assert (E : forall k, (1 <= k)%nat -> is_lim_seq (sum (fun j => INR j ^ 2 * linear q j) k)
    ((a + b * INR k + d * INR k ^ 2 + / p * INR k ^ 3) * q ^ (k - 1))).
  { intros k Hk. assert (A := series a b d (/ p) q q01 (fun j => INR j ^ 2 * linear q j)). unfold cubic in A.
    apply A; [|assumption]. intros j Hj. unfold linear, a, b, d. field. lra. }
  eapply Rle_trans; [apply (a_l_below _ m _ _ _ _ (linear_shares q q01) (E 1%nat (le_n 1)) (tail_share q q01 1 (le_n 1))
    (E (S m) ltac:(lia)) (tail_share q q01 (S m) ltac:(lia)))|].
  unfold share. change (INR 1) with 1. rewrite S_INR. cbn [Nat.sub pow]. rewrite Nat.sub_0_r.
  set (y := q ^ m). set (m' := INR m). assert (W := share_beyond m). fold y m' in W.
  assert (y0 : 0 < y) by (apply pow_lt; lra). assert (M0 : 0 <= m') by apply pos_INR.
  set (M := m' * p). assert (M1 : 0 <= M) by (unfold M; apply Rmult_le_pos; lra).
  set (less := M * y * (2 * M + 2 - q - q ^ 2 - M * (1 + M) ^ 2 * y)).
  match goal with |- ?A <= _ => assert (I : A = (1 + 4 * q + q ^ 2) / p ^ 6 - less / p ^ 6)
    by (unfold less, M, a, b, d; field; lra) end.
  assert (L : 0 <= less).
  { unfold less. apply Rmult_le_pos; [apply Rmult_le_pos; lra|].
    assert (y * (1 + M) ^ 2 <= 2).
    { replace (m' * (m' + 1) * (p ^ 2) / 2) with ((M * M + M * p) / 2) in W by (unfold M; field).
      replace (m' * p) with M in W by reflexivity. assert (0 <= y * (M * p)) by (repeat apply Rmult_le_pos; lra). nra. }
    assert (M * (y * (1 + M) ^ 2) <= M * 2) by (apply Rmult_le_compat_l; assumption). nra. }
  rewrite I. unfold second, bottom.
  assert (D : 0 < / (p ^ 6 * (1 + q) ^ 4)) by (apply Rinv_0_lt_compat, Rmult_lt_0_compat; apply pow_lt; lra).
  assert (0 <= less / p ^ 6) by (apply Rmult_le_pos; [assumption | apply Rlt_le, Rinv_0_lt_compat, pow_lt; lra]).
  match goal with |- _ <= ?B => replace B with ((1 + 4 * q + q ^ 2) / p ^ 6 +
    ((1 - q) ^ 2 * (5 + 2 * q + 18 * q ^ 2 + 2 * q ^ 3 + 5 * q ^ 4) / 3) * / (p ^ 6 * (1 + q) ^ 4)) by (field; lra) end.
  assert (P : forall n, 0 < q ^ n) by (intro; apply pow_lt; lra).
  assert (0 <= (1 - q) ^ 2 * (5 + 2 * q + 18 * q ^ 2 + 2 * q ^ 3 + 5 * q ^ 4) / 3 * / (p ^ 6 * (1 + q) ^ 4)).
  { apply Rmult_le_pos; [|lra]. assert (A2 := P 2%nat). assert (A3 := P 3%nat). assert (A4 := P 4%nat).
    assert (0 <= (1 - q) ^ 2 * (5 + 2 * q + 18 * q ^ 2 + 2 * q ^ 3 + 5 * q ^ 4)) by (apply Rmult_le_pos; [apply pow2_ge_0 | lra]). lra. }
  lra.
Qed.
End Geometric.
