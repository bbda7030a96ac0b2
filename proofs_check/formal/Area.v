(** * Against the area bound: A_min without prompts, and preemption that keeps the tokens *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Rcomplements.
From KVRatio Require Import Fluid Sums AMin Logarithm.
Open Scope R_scope.

(** ** A_min at s = 0
    E = (l S_l + sum of S_k)^2 <= T area with T = l^2/v(l) + sum over k > l of 1/k, and equality at
    S_l = 2/(l+1), S_k = 1/k. *)
Definition T (l u : nat) : R :=
  2 * INR l / (INR l + 1) + sum (fun k => / INR k) (S l) (u - l).

Lemma E_le_area x l u : (1 <= l <= u)%nat -> E 0 x l u <= T l u * area 0 x l u.
Proof.
  intro H. assert (L := INR_1 l ltac:(lia)). rewrite E_tails, area_tails by (lra || lia).
  assert (C := cauchy_first (INR l) (v 0 l) (sum x l (upto l u)) (fun _ => 1) (fun k => INR k)
    (fun i m => sum x i m) (S l) (u - l) ltac:(lra) ltac:(apply v_pos; [lra | lia])
    ltac:(intros j Hj; apply lt_0_INR; lia)).
  cbv beta in C. rewrite (stages_scal 1 (fun i m => sum x i m)) in C.
  replace (INR l ^ 2 / v 0 l) with (2 * INR l / (INR l + 1)) in C by (unfold v; field; lra).
  replace (sum (fun i => 1 ^ 2 / INR i) (S l) (u - l)) with (sum (fun k => / INR k) (S l) (u - l)) in C
    by (apply sum_ext; intros; unfold Rdiv; ring).
  rewrite (stages_ext (fun i m => (0 + INR i) * sum x i m ^ 2) (fun i m => INR i * sum x i m ^ 2))
    by (intros; ring).
  unfold T. lra.
Qed.

Definition worst_area (l k : nat) : R := if Nat.leb k l then 2 / (INR l + 1) else / INR k.

Lemma a_min_area_attained l u : (1 <= l <= u)%nat -> exists x, shares x /\ 0 < area 0 x l u /\
  (1 + T l u) / 2 * area 0 x l u <= a_min 0 x l u.
Proof.
  intro H. assert (L := INR_1 l ltac:(lia)).
  assert (P : forall k, (l < k)%nat -> worst_area l k = / INR k).
  { intros k Hk. unfold worst_area. destruct (Nat.leb_spec k l); [lia | reflexivity]. }
  assert (x0 : shares (of_tails u (worst_area l))).
  { apply of_tails_shares.
    - intros k _. unfold worst_area. destruct (Nat.leb_spec k l).
      + apply Rlt_le, Rdiv_lt_0_compat; lra.
      + apply Rlt_le, Rinv_0_lt_compat, lt_0_INR. lia.
    - intros k _. destruct (le_lt_dec (S k) l).
      + unfold worst_area. destruct (Nat.leb_spec k l), (Nat.leb_spec (S k) l); try lia. lra.
      + rewrite P by lia. destruct (le_lt_dec k l).
        * assert (k = l) by lia. subst k. unfold worst_area. rewrite Nat.leb_refl, S_INR.
          apply (Rmult_le_reg_r (INR l + 1)); [lra|]. unfold Rdiv.
          rewrite Rmult_assoc, Rinv_l by lra. lra.
        * rewrite P by lia. apply Rinv_le_contravar; [apply lt_0_INR; lia | apply le_INR; lia]. }
  set (x := of_tails u (worst_area l)) in *. exists x. split; [assumption|].
  assert (Q : sum x l (upto l u) = 2 / (INR l + 1)).
  { unfold x. rewrite of_tails_sum by (unfold upto; lia). unfold worst_area. rewrite Nat.leb_refl.
    reflexivity. }
  assert (A : area 0 x l u = T l u).
  { rewrite area_tails, Q by lia. unfold x.
    rewrite (of_tails_stages u (worst_area l) (fun i a => (0 + INR i) * a ^ 2)) by lia. unfold T.
    f_equal; [unfold v; field; lra|]. apply sum_ext. intros j Hj. rewrite P by lia.
    assert (J := INR_1 j ltac:(lia)). field. lra. }
  assert (T0 : 0 < T l u).
  { unfold T. apply Rplus_lt_le_0_compat; [apply Rdiv_lt_0_compat; lra|]. apply sum_nonneg.
    intros j Hj. apply Rlt_le, Rinv_0_lt_compat, lt_0_INR. lia. }
  split; [rewrite A; exact T0|]. rewrite (decomposition 0 x) by (lra || lia).
  assert (Dl := D_le 0 x (Rle_refl 0) x0 l u ltac:(lia)).
  assert (G := area_h_sf 0 x l u (Rle_refl 0) ltac:(lia) x0).
  assert (Ee : E 0 x l u = T l u * area 0 x l u).
  { rewrite A, E_tails, Q by (lra || lia). unfold x.
    rewrite (of_tails_stages u (worst_area l) (fun _ a => a)) by lia.
    rewrite (sum_ext (fun i => worst_area l i) (fun k => / INR k)) by (intros; apply P; lia).
    replace ((0 + INR l) * (2 / (INR l + 1))) with (2 * INR l / (INR l + 1)) by (field; lra).
    unfold T. ring. }
  lra.
Qed.

Lemma T_ge_h u : (1 <= u)%nat -> h u <= T 1 u.
Proof.
  intro H. rewrite h_first by assumption. unfold T. cbn [INR]. apply Rplus_le_compat; [lra|].
  apply sum_le. intros j Hj. assert (J := INR_1 j ltac:(lia)). apply Rinv_le_contravar; lra.
Qed.

Theorem a_min_area :
  (forall l u x, (1 <= l <= u)%nat -> shares x ->
     a_min 0 x l u <= (2 + 1 / 2 * T l u) * area 0 x l u) /\
  (forall b, b < 1 / 2 -> exists l u x, (1 <= l <= u)%nat /\ shares x /\
     (2 + b * T l u) * area 0 x l u < a_min 0 x l u).
Proof.
  split.
  - intros l u x H x0. rewrite (decomposition 0 x) by (lra || lia).
    assert (Dn := D_nonneg 0 x (Rle_refl 0) x0 l u ltac:(lia)). assert (A := E_le_area x l u H).
    assert (B := h_sf_2area 0 x l u (Rle_refl 0) x0). lra.
  - intros b Hb. destruct (ln_large (4 / (1 / 2 - b))) as (u & Hu & Lu). exists 1%nat, u.
    destruct (a_min_area_attained 1 u ltac:(lia)) as (x & x0 & P & A). exists x.
    split; [lia|]. split; [assumption|]. eapply Rlt_le_trans; [|apply A].
    apply Rmult_lt_compat_r; [assumption|].
    assert (U := INR_1 u Hu). assert (B := h_ge u). assert (C := T_ge_h u Hu).
    assert (ln (INR u) <= ln (INR u + 1)) by (apply ln_le; lra).
    assert (2 < (1 / 2 - b) * T 1 u); [|lra].
    apply Rlt_le_trans with ((1 / 2 - b) * (1 / 2 * ln (INR u))); [|apply Rmult_le_compat_l; lra].
    apply (Rmult_lt_compat_l (1 / 2 - b)) in Lu; [|lra].
    replace ((1 / 2 - b) * (4 / (1 / 2 - b))) with 4 in Lu by (field; lra). lra.
Qed.

(** ** Least attained service: S_k (x_k + 2 S_(k+1)) = 2 S_k^2 - S_k x_k *)
Theorem least_attained_2 s x u : 0 <= s -> (1 <= u)%nat -> shares x ->
  least_attained s x u <= 2 * area s x 1 u.
Proof.
  intros s0 Hu x0. destruct u as [|m]; [lia|]. rewrite area_tails by lia.
  replace (upto 1 (S m)) with (S m) by (unfold upto; lia). replace (S m - 1)%nat with m by lia.
  replace (v s 1 * sum x 1 (S m) ^ 2 + stages (fun i n => (s + INR i) * sum x i n ^ 2) 2 m)
    with (stages (fun i n => (s + INR i) * sum x i n ^ 2) 1 (S m))
    by (cbn [stages]; unfold v; cbn [INR]; field).
  unfold least_attained. rewrite <- stages_scal. apply stages_le. intros k [|n] Hk _ Hn; [lia|].
  replace (S n - 1)%nat with n by lia. rewrite sum_S. assert (X := x0 k).
  assert (Y := sum_shares x (S k) n x0). assert (P := slot_pos s k s0 Hk).
  assert (0 <= (s + INR k) * (x k + sum x (S k) n) * x k) by (repeat apply Rmult_le_pos; lra). nra.
Qed.
