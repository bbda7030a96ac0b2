(** * A_min's ratio within 1/2, for every prompt and interval

    lambda >= 1 solves the secular equation
      sum over k = l+1 ... u of 1/(lambda (s + 2k - 1) + s) = l (lambda - 1)/(lambda l + s).
    Then E <= lambda H-SF by Cauchy-Schwarz with the weights g_k = lambda (s + 2k - 1) + s for k > l
    and g_l = (s+l)(lambda l + s), with equality at the tails S_k = 1/g_k, S_l = (s+l)/g_l. *)
Require Import Reals Lra Lia Psatz Arith.
From KVRatio Require Import Fluid Sums AMin.
Open Scope R_scope.

Section Secular.
Variables (s la : R) (l u : nat).
Hypotheses (s0 : 0 <= s) (lu : (1 <= l <= u)%nat) (la1 : 1 <= la).

Definition weight (k : nat) : R := la * (s + 2 * INR k - 1) + s.      (* g_k, k > l *)
Definition first : R := (s + INR l) * (la * INR l + s).               (* g_l *)
Definition left_side : R := sum (fun k => / weight k) (S l) (u - l).
Definition right_side : R := INR l * (la - 1) / (la * INR l + s).

Lemma weight_pos k : (l <= k)%nat -> 0 < weight k.
Proof.
  intro H. assert (1 <= INR k) by (apply INR_1; lia). unfold weight.
  assert (0 < la * (s + 2 * INR k - 1)) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

Lemma slot_l : 0 < la * INR l + s.
Proof.
  assert (1 <= INR l) by (apply INR_1; lia).
  assert (0 < la * INR l) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

Lemma first_pos : 0 < first.
Proof. apply Rmult_lt_0_compat; [apply slot_pos; [assumption | lia] | apply slot_l]. Qed.

Lemma first_share : (s + INR l) ^ 2 / first + right_side = 1.
Proof.
  unfold first, right_side. assert (A := slot_l). assert (B := slot_pos s l s0 ltac:(lia)).
  field. lra.
Qed.

Lemma weighted_stages (F : nat -> nat -> R) n k :
  stages (fun i m => weight i * F i m) k n =
  la * stages (fun i m => (s + 2 * INR i - 1) * F i m) k n + s * stages F k n.
Proof.
  rewrite <- !stages_scal, <- stages_plus. apply stages_ext. intros. unfold weight. ring.
Qed.

(** ** Above *)
Lemma E_le x : left_side <= right_side -> E s x l u <= la * h_sf s x l u.
Proof.
  intro Hs. rewrite E_tails, h_sf_tails by (assumption || lia).
  set (q := sum x l (upto l u)). set (W := stages (fun i m => sum x i m) (S l) (u - l)).
  set (P := (s + INR l) * q + W).
  assert (C := cauchy (fun _ => 1) weight (fun i m => sum x i m) P (u - l) (S l)
                 ltac:(intros; apply weight_pos; lia)). cbv beta in C.
  rewrite (weighted_stages (fun i m => sum x i m ^ 2)) in C.
  rewrite (stages_scal 1 (fun i m => sum x i m)) in C. fold W in C.
  replace (sum (fun i => 1 ^ 2 / weight i) (S l) (u - l)) with left_side in C
    by (apply sum_ext; intros; unfold Rdiv; ring).
  assert (G := first_pos). assert (U := first_share). assert (L := slot_l).
  assert (Hd : 0 <= first * (q - P * (s + INR l) / first) ^ 2)
    by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  replace (first * (q - P * (s + INR l) / first) ^ 2)
    with (first * q ^ 2 - 2 * P * ((s + INR l) * q) + P ^ 2 * ((s + INR l) ^ 2 / first)) in Hd
    by (field; lra).
  assert (P ^ 2 * ((s + INR l) ^ 2 / first + left_side) <= P ^ 2 * 1)
    by (apply Rmult_le_compat_l; [apply pow2_ge_0 | lra]).
  replace (first * q ^ 2) with (la * (c s l * q ^ 2) + s * (s + INR l) * q ^ 2) in Hd
    by (unfold first, c; ring).
  assert (P * W + P * ((s + INR l) * q) = P ^ 2) by (unfold P; ring). lra.
Qed.

Theorem above x : shares x -> left_side <= right_side ->
  a_min s x l u <= ((1 + la) / 2 + 1 / 2 * (INR (u - l) / (s + INR u))) * h_sf s x l u.
Proof.
  intros x0 Hs. rewrite (decomposition s x s0) by assumption.
  assert (A := E_le x Hs). assert (B := D_ge s x s0 x0 l u lu).
  assert (Q := slot_pos s u s0 ltac:(lia)). rewrite minus_INR by lia.
  replace ((1 + la) / 2 + 1 / 2 * ((INR u - INR l) / (s + INR u)))
    with (1 + la / 2 - (s + INR l) / (s + INR u) / 2) by (field; lra).
  lra.
Qed.

(** ** Below: the shares of these tails *)
Definition worst_tail (k : nat) : R :=
  if Nat.leb k l then (s + INR l) / first else if Nat.leb k u then / weight k else 0.
Definition worst (k : nat) : R := worst_tail k - worst_tail (S k).

Lemma worst_tail_l k : (k <= l)%nat -> worst_tail k = / (la * INR l + s).
Proof.
  intro H. unfold worst_tail, first. destruct (Nat.leb_spec k l); [|lia].
  assert (A := slot_l). assert (B := slot_pos s l s0 ltac:(lia)). field. lra.
Qed.

Lemma worst_tail_k k : (l < k <= u)%nat -> worst_tail k = / weight k.
Proof. intro H. unfold worst_tail. destruct (Nat.leb_spec k l), (Nat.leb_spec k u); lia || reflexivity. Qed.

Lemma worst_tail_end k : (u < k)%nat -> worst_tail k = 0.
Proof. intro H. unfold worst_tail. destruct (Nat.leb_spec k l), (Nat.leb_spec k u); lia || reflexivity. Qed.

Lemma worst_shares : shares worst.
Proof.
  intro k. assert (L := slot_l). assert (L1 : 1 <= INR l) by (apply INR_1; lia). unfold worst.
  assert (W : forall j, (l <= j)%nat -> / weight (S j) <= / weight j).
  { intros j Hj. apply Rinv_le_contravar; [apply weight_pos, Hj|]. unfold weight. rewrite S_INR. nra. }
  destruct (le_lt_dec (S k) l); [rewrite !worst_tail_l by lia; lra|].
  destruct (le_lt_dec k l).
  - assert (k = l) by lia. subst k. rewrite worst_tail_l by lia.
    destruct (le_lt_dec (S l) u).
    + rewrite worst_tail_k by lia.
      assert (/ weight (S l) <= / (la * INR l + s)); [|lra].
      apply Rinv_le_contravar; [assumption|]. unfold weight. rewrite S_INR. nra.
    + rewrite worst_tail_end by lia. assert (0 < / (la * INR l + s)) by (apply Rinv_0_lt_compat, L). lra.
  - destruct (le_lt_dec k u); [rewrite worst_tail_k by lia | rewrite !worst_tail_end by lia; lra].
    assert (0 < / weight k) by (apply Rinv_0_lt_compat, weight_pos; lia).
    destruct (le_lt_dec (S k) u).
    + rewrite worst_tail_k by lia. specialize (W k ltac:(lia)). lra.
    + rewrite worst_tail_end by lia. lra.
Qed.

Lemma worst_sum k m : (k + m = S u)%nat -> sum worst k m = worst_tail k.
Proof.
  intro H. unfold worst. rewrite sum_telescopes, H, (worst_tail_end (S u)) by lia. ring.
Qed.

Lemma at_worst (f : nat -> R -> R) :
  stages (fun i m => f i (sum worst i m)) (S l) (u - l) = sum (fun i => f i (/ weight i)) (S l) (u - l).
Proof.
  rewrite <- stages_sum. apply stages_ext. intros j m Hj Hm Hn.
  rewrite worst_sum, worst_tail_k by lia. reflexivity.
Qed.

Theorem below : left_side = right_side ->
  (1 + la) / 2 * h_sf s worst l u <= a_min s worst l u /\ 0 < h_sf s worst l u.
Proof.
  intro Hs. rewrite (decomposition s worst s0) by assumption.
  assert (Dl := D_le s worst s0 worst_shares l u ltac:(lia)).
  assert (A := slot_l). assert (B := slot_pos s l s0 ltac:(lia)).
  assert (Q : sum worst l (upto l u) = / (la * INR l + s)).
  { rewrite worst_sum by (unfold upto; lia). apply worst_tail_l; lia. }
  assert (H : h_sf s worst l u = c s l * (/ (la * INR l + s)) ^ 2 +
              sum (fun i => (s + 2 * INR i - 1) * (/ weight i) ^ 2) (S l) (u - l)).
  { rewrite h_sf_tails by lia. rewrite Q. f_equal.
    apply (at_worst (fun i a => (s + 2 * INR i - 1) * a ^ 2)). }
  assert (V : la * sum (fun i => (s + 2 * INR i - 1) * (/ weight i) ^ 2) (S l) (u - l)
            + s * sum (fun i => (/ weight i) ^ 2) (S l) (u - l) = left_side).
  { unfold left_side. rewrite <- !sum_scal, <- sum_plus. apply sum_ext. intros j Hj.
    assert (P := weight_pos j ltac:(lia)). unfold weight in *. field. lra. }
  assert (Ee : E s worst l u = la * h_sf s worst l u).
  { rewrite H, E_tails, Q by (assumption || lia).
    rewrite (at_worst (fun _ a => a)), (at_worst (fun _ a => a ^ 2)). fold left_side.
    assert (U := first_share). rewrite <- Hs in U.
    replace ((s + INR l) ^ 2 / first) with ((s + INR l) * / (la * INR l + s)) in U
      by (unfold first; field; lra).
    rewrite U. unfold c.
    replace (la * (INR l * (s + INR l) * (/ (la * INR l + s)) ^ 2 +
             sum (fun i => (s + 2 * INR i - 1) * (/ weight i) ^ 2) (S l) (u - l)))
      with (la * INR l * (s + INR l) * (/ (la * INR l + s)) ^ 2 +
            (left_side - s * sum (fun i => (/ weight i) ^ 2) (S l) (u - l)))
      by (rewrite <- V; ring).
    replace left_side with (1 - (s + INR l) * / (la * INR l + s)) by lra. field. lra. }
  split; [lra|]. rewrite H. apply Rplus_lt_le_0_compat.
  - apply Rmult_lt_0_compat; [apply c_pos; [assumption | lia]|].
    assert (0 < / (la * INR l + s)) by (apply Rinv_0_lt_compat, A). nra.
  - apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [|apply pow2_ge_0].
    assert (1 <= INR j) by (apply INR_1; lia). lra.
Qed.
End Secular.

(** ** Both sides together *)
Theorem enclosure s la l u : 0 <= s -> (1 <= l <= u)%nat -> 1 <= la ->
  left_side s la l u = right_side s la l ->
  (forall x, shares x ->
     a_min s x l u <= ((1 + 1 * la) / 2 + 1 / 2 * (INR (u - l) / (s + INR u))) * h_sf s x l u) /\
  (exists x, shares x /\ 0 < h_sf s x l u /\ (1 + la) / 2 * h_sf s x l u <= a_min s x l u).
Proof.
  intros s0 lu la1 Hs. split.
  - intros x x0. rewrite Rmult_1_l. apply above; try assumption. lra.
  - exists (worst s la l u). assert (B := below s la l u s0 lu la1 Hs).
    split; [apply worst_shares; assumption | tauto].
Qed.
