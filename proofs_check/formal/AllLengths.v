(** * All lengths in [l, u], any common prompt: A_max, A_random, and A_min against both and the area *)
Require Import Reals Lra Lia Psatz Arith.
From KVRatio Require Import Fluid Sums AMin Logarithm.
Open Scope R_scope.

(** ** A_random, entry by entry: (c(i) + c(j))/2, which is c(i) + (c(j) - c(i))/2 for i < j *)
Definition spread (s : R) (x : nat -> R) (k n : nat) : R :=
  sum (fun j => (c s j - c s k) * x j) k n.

Lemma a_random_entries s x l u :
  a_random s x l u =
  stages (fun k n => by_length (c s) x k n + x k * spread s x k n) l (upto l u).
Proof.
  unfold a_random, stage. generalize (upto l u) as n. intro n. revert l.
  induction n; intro k; cbn [stages]; [cbn [sum]; ring|].
  rewrite <- IHn, by_length_eq, !sum_S. unfold spread. rewrite sum_S.
  assert (G : sum (fun j => (c s j - c s k) * x j) (S k) n =
    sum (fun j => c s j * x j) (S k) n - c s k * sum x (S k) n).
  { rewrite (sum_ext _ (fun j => c s j * x j + (- c s k) * x j)) by (intros; ring).
    rewrite sum_plus, sum_scal. ring. }
  assert (O : sum (fun j => 1 * x j) (S k) n = sum x (S k) n) by (apply sum_ext; intros; ring).
  rewrite G, O. ring.
Qed.

Lemma c_le s i j : 0 <= s -> (i <= j)%nat -> c s i <= c s j.
Proof.
  intros s0 H. assert (INR i <= INR j) by (apply le_INR, H). assert (0 <= INR i) by apply pos_INR.
  unfold c. nra.
Qed.

Theorem a_min_below_a_random s x l u : 0 <= s -> (1 <= l <= u)%nat -> shares x ->
  a_min s x l u <= a_random s x l u.
Proof.
  intros s0 H x0. rewrite entries, a_random_entries by assumption. apply stages_le.
  intros k n Hk _ _. unfold entry. apply Rplus_le_compat_l.
  rewrite (Rmult_comm (s + INR k)), Rmult_assoc.
  apply Rmult_le_compat_l; [apply x0|]. unfold gap, spread.
  rewrite <- sum_scal. apply sum_le. intros j Hj.
  assert (P := slot_pos s k s0 ltac:(lia)). assert (Q := slot_pos s j s0 ltac:(lia)).
  assert (INR k <= INR j) by (apply le_INR; lia). assert (C := c_le s k j s0 ltac:(lia)).
  assert (X := x0 j). rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [assumption|].
  replace ((s + INR k) * ((c s j - c s k) / (s + INR j)))
    with ((c s j - c s k) * ((s + INR k) / (s + INR j))) by (field; lra).
  rewrite <- (Rmult_1_r (c s j - c s k)) at 2. apply Rmult_le_compat_l; [lra|].
  apply (Rmult_le_reg_r (s + INR j)); [assumption|].
  replace ((s + INR k) / (s + INR j) * (s + INR j)) with (s + INR k) by (field; lra). lra.
Qed.

(** the charges in the tails: sum of c(j) x_j = c(l) S_l + sum of (c(k) - c(k-1)) S_k *)
Lemma charges_tails s x n : forall k,
  sum (fun j => c s j * x j) k (S n) =
  c s k * sum x k (S n) + stages (fun i m => (s + 2 * INR i - 1) * sum x i m) (S k) n.
Proof.
  induction n; intro k; [cbn [sum stages]; ring|].
  rewrite sum_S, IHn. cbn [stages]. rewrite <- c_step, (sum_S x k). ring.
Qed.

Lemma steps_sum s n : forall k,
  sum (fun i => s + 2 * INR i - 1) (S k) n = c s (k + n) - c s k.
Proof.
  induction n; intro k; cbn [sum]; [rewrite Nat.add_0_r; ring|].
  rewrite IHn, <- c_step. replace (S k + n)%nat with (k + S n)%nat by lia. ring.
Qed.

Lemma step_pos s k : 0 <= s -> (1 <= k)%nat -> 0 < s + 2 * INR k - 1.
Proof. intros. assert (1 <= INR k) by (apply INR_1; lia). lra. Qed.

(** c(u) = rho^2 c(l): A_random <= (1 + rho)/2 H-SF by Cauchy-Schwarz, and rho <= u/l *)
Theorem a_random_rho s x l u rho : 0 <= s -> (1 <= l <= u)%nat -> shares x ->
  0 <= rho -> c s u = rho ^ 2 * c s l ->
  a_random s x l u <= (1 + 1 * rho) / 2 * h_sf s x l u /\ rho <= INR u / INR l.
Proof.
  intros s0 H x0 R0 Hr. assert (C0 := c_pos s l s0 ltac:(lia)).
  assert (L := INR_1 l ltac:(lia)). assert (INR l <= INR u) by (apply le_INR; lia). split.
  - rewrite h_sf_tails by lia. unfold a_random, stage. rewrite upto_S, charges_tails by lia.
    rewrite (sum_ext (fun j => 1 * x j) x) by (intros; ring).
    set (q := sum x l (S (u - l))).
    assert (K := cauchy (fun k => s + 2 * INR k - 1) (fun k => s + 2 * INR k - 1)
      (fun i m => sum x i m) (q / (1 + rho)) (u - l) (S l) ltac:(intros; apply step_pos; [assumption | lia])).
    cbv beta in K.
    rewrite (sum_ext (fun i => (s + 2 * INR i - 1) ^ 2 / (s + 2 * INR i - 1))
               (fun i => s + 2 * INR i - 1)) in K.
    2:{ intros j Hj. assert (P := step_pos s j s0 ltac:(lia)). field. lra. }
    rewrite steps_sum in K. replace (l + (u - l))%nat with u in K by lia. rewrite Hr in K.
    set (X := stages (fun i m => (s + 2 * INR i - 1) * sum x i m) (S l) (u - l)) in *.
    set (Y := stages (fun i m => (s + 2 * INR i - 1) * sum x i m ^ 2) (S l) (u - l)) in *.
    apply (Rmult_le_compat_l (1 + rho)) in K; [|lra]. rewrite Rmult_0_r in K.
    replace ((1 + rho) * (Y - 2 * (q / (1 + rho)) * X +
             (q / (1 + rho)) ^ 2 * (rho ^ 2 * c s l - c s l)))
      with ((1 + rho) * Y - 2 * q * X + (rho - 1) * c s l * q ^ 2) in K by (field; lra).
    lra.
  - assert (U : rho * rho <= INR u / INR l * (INR u / INR l)).
    { apply (Rmult_le_reg_r (c s l)); [assumption|]. replace (rho * rho) with (rho ^ 2) by ring.
      rewrite <- Hr. unfold c.
      replace (INR u / INR l * (INR u / INR l) * (INR l * (s + INR l)))
        with (INR u * (INR u * (s + INR l) / INR l)) by (field; lra).
      apply Rmult_le_compat_l; [lra|]. apply (Rmult_le_reg_r (INR l)); [lra|].
      replace (INR u * (s + INR l) / INR l * INR l) with (INR u * (s + INR l)) by (field; lra). nra. }
    apply Rsqr_incr_0_var; [exact U|]. apply Rlt_le, Rdiv_lt_0_compat; lra.
Qed.

Lemma rho_of s l u : 0 <= s -> (1 <= l <= u)%nat ->
  exists rho, 0 <= rho /\ c s u = rho ^ 2 * c s l.
Proof.
  intros s0 H. assert (P := c_pos s l s0 ltac:(lia)). assert (Q := c_pos s u s0 ltac:(lia)).
  exists (sqrt (c s u / c s l)). split; [apply sqrt_pos|].
  rewrite pow2_sqrt by (apply Rlt_le, Rdiv_lt_0_compat; assumption). field. lra.
Qed.

(** ** Theorem 1 *)
Theorem t1 s x l u : 0 <= s -> (1 <= l <= u)%nat -> shares x ->
  a_max s x l u <= INR u / INR l * a_random s x l u /\
  INR u / INR l * a_random s x l u <=
    INR u / INR l * ((1 + 1 * (INR u / INR l)) / 2) * h_sf s x l u.
Proof.
  intros s0 H x0. assert (L := INR_1 l ltac:(lia)). assert (LU : INR l <= INR u) by (apply le_INR; lia).
  assert (A0 : 0 < INR u / INR l) by (apply Rdiv_lt_0_compat; lra). split.
  - unfold a_max, a_random, stage. rewrite <- Rmult_assoc.
    apply Rmult_le_compat_r.
    + rewrite (sum_ext _ x) by (intros; ring). apply sum_shares, x0.
    + rewrite <- sum_scal. apply sum_le. intros j Hj. assert (X := x0 j). rewrite <- Rmult_assoc.
      apply Rmult_le_compat_r; [assumption|]. assert (INR l <= INR j) by (apply le_INR; lia).
      apply (Rmult_le_reg_r (INR l)); [lra|]. unfold c.
      replace (INR u / INR l * (INR j * (s + INR j)) * INR l) with (INR j * (INR u * (s + INR j)))
        by (field; lra).
      rewrite Rmult_assoc. apply Rmult_le_compat_l; nra.
  - destruct (rho_of s l u s0 H) as (rho & R0 & Hr).
    destruct (a_random_rho s x l u rho s0 H x0 R0 Hr) as [A B]. rewrite Rmult_assoc.
    apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [apply A|].
    apply Rmult_le_compat_r; [apply h_sf_nonneg; assumption | lra].
Qed.

(** ** A_max solved *)
Definition harmonic (s : R) (l u : nat) : R := sum (fun k => / (s + 2 * INR k - 1)) (S l) (u - l).

Lemma a_max_tails s x l u : (l <= u)%nat ->
  a_max s x l u = (s + INR u) *
    (INR l * sum x l (upto l u) + stages (fun i m => sum x i m) (S l) (u - l)) * sum x l (upto l u).
Proof.
  intro H. unfold a_max, stage. rewrite (sum_ext (fun j => 1 * x j) x) by (intros; ring).
  rewrite (sum_ext _ (fun j => (s + INR u) * (INR j * x j))) by (intros; ring).
  rewrite sum_scal, total_work, upto_S by assumption. cbn [stages]. ring.
Qed.

Section A_max.
Variables (s : R) (l u : nat) (w : R).
Hypotheses (s0 : 0 <= s) (lu : (1 <= l <= u)%nat) (w0 : 0 <= w).
Hypothesis root : w ^ 2 = INR l ^ 2 + c s l * harmonic s l u.

Lemma a_max_above x : shares x ->
  a_max s x l u <= 1 * ((s + INR u) * (INR l + w) / (2 * c s l)) * h_sf s x l u.
Proof.
  intro x0. rewrite a_max_tails, h_sf_tails by lia. set (q := sum x l (upto l u)).
  assert (C0 := c_pos s l s0 ltac:(lia)). assert (L := INR_1 l ltac:(lia)).
  assert (U := slot_pos s u s0 ltac:(lia)). set (C := c s l) in *.
  assert (K := cauchy (fun _ => 1) (fun k => s + 2 * INR k - 1) (fun i m => sum x i m)
    (C * q / (INR l + w)) (u - l) (S l) ltac:(intros; apply step_pos; [assumption | lia])).
  cbv beta in K. rewrite (stages_scal 1 (fun i m => sum x i m)) in K.
  replace (sum (fun i => 1 ^ 2 / (s + 2 * INR i - 1)) (S l) (u - l)) with (harmonic s l u) in K
    by (apply sum_ext; intros; unfold Rdiv; ring).
  set (X := stages (fun i m => sum x i m) (S l) (u - l)) in *.
  set (Y := stages (fun i m => (s + 2 * INR i - 1) * sum x i m ^ 2) (S l) (u - l)) in *.
  replace (harmonic s l u) with ((w ^ 2 - INR l ^ 2) / C) in K by (rewrite root; field; lra).
  apply (Rmult_le_reg_r (2 * C / (s + INR u)));
    [apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra|].
  replace (1 * ((s + INR u) * (INR l + w) / (2 * C)) * (C * q ^ 2 + Y) * (2 * C / (s + INR u)))
    with ((INR l + w) * (C * q ^ 2 + Y)) by (field; lra).
  replace ((s + INR u) * (INR l * q + X) * q * (2 * C / (s + INR u)))
    with (2 * C * q * (INR l * q + X)) by (field; lra).
  apply (Rmult_le_compat_l (INR l + w)) in K; [|lra]. rewrite Rmult_0_r in K.
  replace ((INR l + w) * (Y - 2 * (C * q / (INR l + w)) * (1 * X) +
           (C * q / (INR l + w)) ^ 2 * ((w ^ 2 - INR l ^ 2) / C)))
    with ((INR l + w) * Y - 2 * C * q * X + C * q ^ 2 * (w - INR l)) in K by (field; lra).
  lra.
Qed.

Definition a_max_tail (k : nat) : R :=
  if Nat.leb k l then 1 else c s l / ((w + INR l) * (s + 2 * INR k - 1)).

Lemma a_max_tail_above k : (l < k)%nat -> a_max_tail k = c s l / ((w + INR l) * (s + 2 * INR k - 1)).
Proof. intro. unfold a_max_tail. destruct (Nat.leb_spec k l); [lia | reflexivity]. Qed.

Lemma a_max_attained : exists x, shares x /\ 0 < h_sf s x l u /\
  a_max s x l u = 1 * ((s + INR u) * (INR l + w) / (2 * c s l)) * h_sf s x l u.
Proof.
  assert (C0 := c_pos s l s0 ltac:(lia)). assert (L := INR_1 l ltac:(lia)).
  assert (T0 : forall k, 0 <= a_max_tail k).
  { intro k. unfold a_max_tail. destruct (Nat.leb_spec k l); [lra|].
    assert (P := step_pos s k s0 ltac:(lia)).
    apply Rlt_le, Rdiv_lt_0_compat; [|apply Rmult_lt_0_compat]; lra. }
  exists (of_tails u a_max_tail). split.
  { apply of_tails_shares; [auto|]. intros k _. destruct (le_lt_dec k l).
    - unfold a_max_tail at 2. destruct (Nat.leb_spec k l); [|lia].
      unfold a_max_tail. destruct (Nat.leb_spec (S k) l); [lra|].
      assert (k = l) by lia. subst k. assert (P := step_pos s (S l) s0 ltac:(lia)).
      apply (Rmult_le_reg_r ((w + INR l) * (s + 2 * INR (S l) - 1)));
        [apply Rmult_lt_0_compat; lra|].
      replace (c s l / ((w + INR l) * (s + 2 * INR (S l) - 1)) *
        ((w + INR l) * (s + 2 * INR (S l) - 1))) with (c s l) by (field; lra).
      rewrite S_INR in *. unfold c. nra.
    - rewrite !a_max_tail_above by lia. assert (P := step_pos s k s0 ltac:(lia)).
      apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; [apply Rmult_lt_0_compat; lra|].
      apply Rmult_le_compat_l; [lra|]. rewrite S_INR. lra. }
  assert (Q : sum (of_tails u a_max_tail) l (upto l u) = 1).
  { rewrite of_tails_sum by (unfold upto; lia). unfold a_max_tail. rewrite Nat.leb_refl. reflexivity. }
  assert (H : h_sf s (of_tails u a_max_tail) l u = 2 * c s l * w / (w + INR l)).
  { rewrite h_sf_tails, Q by lia.
    rewrite (of_tails_stages u a_max_tail (fun i a => (s + 2 * INR i - 1) * a ^ 2)) by lia.
    rewrite (sum_ext _ (fun i => (c s l / (w + INR l)) ^ 2 * / (s + 2 * INR i - 1))).
    - rewrite sum_scal. fold (harmonic s l u).
      replace (harmonic s l u) with ((w ^ 2 - INR l ^ 2) / c s l) by (rewrite root; field; lra).
      field. lra.
    - intros j Hj. rewrite a_max_tail_above by lia. assert (P := step_pos s j s0 ltac:(lia)).
      field. lra. }
  assert (W : 1 <= w).
  { assert (0 <= harmonic s l u).
    { apply sum_nonneg. intros j Hj. apply Rlt_le, Rinv_0_lt_compat, step_pos; [assumption | lia]. }
    assert (1 <= w ^ 2) by (rewrite root; nra). nra. }
  rewrite H. split.
  - apply Rdiv_lt_0_compat; [|lra]. apply Rmult_lt_0_compat; lra.
  - rewrite a_max_tails, Q by lia. rewrite (of_tails_stages u a_max_tail (fun _ a => a)) by lia.
    rewrite (sum_ext _ (fun i => c s l / (w + INR l) * / (s + 2 * INR i - 1))).
    + rewrite sum_scal. fold (harmonic s l u).
      replace (harmonic s l u) with ((w ^ 2 - INR l ^ 2) / c s l) by (rewrite root; field; lra).
      field. lra.
    + intros j Hj. rewrite a_max_tail_above by lia. assert (P := step_pos s j s0 ltac:(lia)).
      field. lra.
Qed.

Theorem a_max_exact :
  (forall x, shares x ->
     a_max s x l u <= 1 * ((s + INR u) * (INR l + w) / (2 * c s l)) * h_sf s x l u) /\
  (exists x, shares x /\ 0 < h_sf s x l u /\
     a_max s x l u = 1 * ((s + INR u) * (INR l + w) / (2 * c s l)) * h_sf s x l u).
Proof. split; [apply a_max_above | apply a_max_attained]. Qed.
End A_max.

(** ** A_min by the moments of the lengths *)
Theorem moments s x u : 0 <= s -> (1 <= u)%nat -> shares x ->
  a_min s x 1 u <= s * sum (fun k => INR k * x k) 1 u * sum x 1 u + sum (fun k => INR k * x k) 1 u ^ 2 /\
  h_sf s x 1 u = s * stages (fun k n => sum x k n ^ 2) 1 u
                 + stages (fun k n => (2 * INR k - 1) * sum x k n ^ 2) 1 u.
Proof.
  intros s0 Hu x0. split.
  - rewrite entries by (assumption || lia). replace (upto 1 u) with u by (unfold upto; lia).
    assert (M : forall n k, (1 <= k)%nat -> stages (entry s x) k n <=
      s * sum (fun j => INR j * x j) k n * sum x k n + sum (fun j => INR j * x j) k n ^ 2).
    { induction n; intros k Hk; cbn [stages]; [cbn [sum]; lra|].
      specialize (IHn (S k) ltac:(lia)). unfold entry at 1. rewrite by_length_eq.
      unfold gap at 1. rewrite !sum_S.
      set (W := sum (fun j => INR j * x j) (S k) n) in *. set (N := sum x (S k) n) in *.
      set (G := sum (fun j => (c s j - c s k) / (s + INR j) * x j) (S k) n).
      assert (K := INR_1 k Hk). assert (X := x0 k).
      assert (P : 2 * c s k * N + (s + INR k) * G <= s * W + s * INR k * N + 2 * INR k * W).
      { unfold G, N, W. rewrite <- !sum_scal, <- !sum_plus. apply sum_le. intros j Hj.
        assert (Q := slot_pos s j s0 ltac:(lia)). assert (INR k <= INR j) by (apply le_INR; lia).
        assert (Xj := x0 j). apply (Rmult_le_reg_r (s + INR j)); [assumption|].
        replace ((2 * c s k * x j + (s + INR k) * ((c s j - c s k) / (s + INR j) * x j)) * (s + INR j))
          with ((2 * c s k * (s + INR j) + (s + INR k) * (c s j - c s k)) * x j) by (field; lra).
        replace ((s * (INR j * x j) + s * INR k * x j + 2 * INR k * (INR j * x j)) * (s + INR j))
          with ((s * INR j + s * INR k + 2 * INR k * INR j) * (s + INR j) * x j) by ring.
        apply Rmult_le_compat_r; [assumption|]. unfold c.
        set (e := INR j - INR k). replace (INR j) with (INR k + e) by (unfold e; ring).
        assert (0 <= e) by (unfold e; lra). assert (0 <= INR k * e) by nra. assert (0 <= s * e) by nra.
        assert (0 <= s * e * e) by nra. assert (0 <= s * e * INR k) by nra.
        assert (0 <= INR k * e * INR k) by nra. assert (0 <= INR k * e * e) by nra. nra. }
      assert (x k * (2 * c s k * N + (s + INR k) * G) <=
              x k * (s * W + s * INR k * N + 2 * INR k * W)) by (apply Rmult_le_compat_l; lra).
      replace ((c s k - c s k) / (s + INR k) * x k) with 0 by (field; lra).
      unfold c in *. lra. }
    apply M; lia.
  - destruct u as [|m]; [lia|]. rewrite h_sf_tails by lia.
    replace (upto 1 (S m)) with (S m) by (unfold upto; lia). replace (S m - 1)%nat with m by lia.
    cbn [stages]. rewrite (stages_ext _ (fun i m => s * sum x i m ^ 2 + (2 * INR i - 1) * sum x i m ^ 2))
      by (intros; ring).
    rewrite stages_plus, stages_scal. unfold c. cbn [INR]. ring.
Qed.

(** ** Theorem 5 with a fixed prompt *)
Theorem fixed_prompt s x u : 0 <= s -> (1 <= u)%nat -> shares x ->
  a_min s x 1 u <=
  (1 + sum (fun k => / (s + 2 * INR k - 1)) 1 u / 2
     + s * sqrt (sum (fun k => / (s + 2 * INR k - 1)) 1 u / (s + 1))) * h_sf s x 1 u.
Proof.
  intros s0 Hu x0. rewrite (decomposition s x s0) by lia.
  assert (Dn := D_nonneg s x s0 x0 1 u (le_n 1)).
  set (H := sum (fun k => / (s + 2 * INR k - 1)) 1 u).
  assert (T0 : 0 <= stages (fun i m => sum x i m) 1 u).
  { apply stages_nonneg. intros. apply sum_shares, x0. }
  assert (Q0 : 0 <= sum x 1 (upto 1 u)) by (apply sum_shares, x0).
  assert (Eu : E s x 1 u <= 2 * s * sum x 1 (upto 1 u) * stages (fun i m => sum x i m) 1 u
                          + stages (fun i m => sum x i m) 1 u ^ 2).
  { unfold E, work. rewrite total_work. replace (upto 1 u) with u in * by (unfold upto; lia).
    assert (0 <= s * (INR 1 * sum x 1 u ^ 2 + stages (fun i m => sum x i m ^ 2) 2 (u - 1))).
    { apply Rmult_le_pos; [assumption|]. apply Rplus_le_le_0_compat.
      - cbn [INR]. rewrite Rmult_1_l. apply pow2_ge_0.
      - apply stages_nonneg. intros; apply pow2_ge_0. }
    cbn [INR] in *. lra. }
  assert (K := fun t => cauchy (fun _ => 1) (fun k => s + 2 * INR k - 1) (fun i m => sum x i m) t u 1
    ltac:(intros; apply step_pos; [assumption | lia])).
  assert (Hs : h_sf s x 1 u = stages (fun i m => (s + 2 * INR i - 1) * sum x i m ^ 2) 1 u).
  { destruct u as [|m]; [lia|]. rewrite h_sf_tails by lia.
    replace (upto 1 (S m)) with (S m) by (unfold upto; lia). replace (S m - 1)%nat with m by lia.
    cbn [stages]. unfold c. cbn [INR]. ring. }
  set (T := stages (fun i m => sum x i m) 1 u) in *. set (q := sum x 1 (upto 1 u)) in *.
  cbv beta in K. rewrite (stages_scal 1 (fun i m => sum x i m)) in K. fold T in K.
  rewrite <- Hs in K.
  replace (sum (fun i => 1 ^ 2 / (s + 2 * INR i - 1)) 1 u) with H in K
    by (apply sum_ext; intros; unfold Rdiv; ring).
  assert (H0 : 0 < H).
  { unfold H. replace u with (S (u - 1)) by lia. rewrite sum_S. apply Rplus_lt_le_0_compat.
    - apply Rinv_0_lt_compat, step_pos; [assumption | lia].
    - apply sum_nonneg. intros j Hj. apply Rlt_le, Rinv_0_lt_compat, step_pos; [assumption | lia]. }
  set (B := h_sf s x 1 u) in *.
  assert (T2 : T ^ 2 <= H * B).
  { specialize (K (T / H)). replace (B - 2 * (T / H) * (1 * T) + (T / H) ^ 2 * H)
      with ((H * B - T ^ 2) * / H) in K by (field; lra).
    apply Rmult_le_reg_r with (/ H); [apply Rinv_0_lt_compat, H0|]. lra. }
  assert (Q2 : (s + 1) * q ^ 2 <= B).
  { unfold B. rewrite h_sf_tails by lia. fold q. unfold c. cbn [INR].
    assert (0 <= stages (fun i m => (s + 2 * INR i - 1) * sum x i m ^ 2) 2 (u - 1)); [|lra].
    apply stages_nonneg. intros j m Hj _ _. apply Rmult_le_pos; [|apply pow2_ge_0].
    apply Rlt_le, step_pos; [assumption | lia]. }
  assert (B0 : 0 <= B) by (apply h_sf_nonneg; assumption).
  assert (R : q * T <= sqrt (H / (s + 1)) * B).
  { apply Rsqr_incr_0_var; [|apply Rmult_le_pos; [apply sqrt_pos | assumption]].
    unfold Rsqr. replace (sqrt (H / (s + 1)) * B * (sqrt (H / (s + 1)) * B))
      with (sqrt (H / (s + 1)) * sqrt (H / (s + 1)) * B * B) by ring.
    rewrite sqrt_sqrt by (apply Rlt_le, Rdiv_lt_0_compat; lra).
    apply (Rmult_le_reg_r (s + 1)); [lra|].
    replace (H / (s + 1) * B * B * (s + 1)) with (B * (H * B)) by (field; lra).
    replace (q * T * (q * T) * (s + 1)) with ((s + 1) * q ^ 2 * T ^ 2) by ring.
    assert (0 <= T ^ 2) by apply pow2_ge_0. assert (0 <= q ^ 2) by apply pow2_ge_0.
    apply Rmult_le_compat; nra. }
  assert (s * (q * T) <= s * (sqrt (H / (s + 1)) * B)) by (apply Rmult_le_compat_l; lra).
  fold B. lra.
Qed.
