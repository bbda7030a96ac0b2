(** * Two lengths l <= u with shares X and Y: Theorems 6 and 7, and what prompts do to them *)
Require Import Reals Lra Lia Psatz Arith.
From KVRatio Require Import Fluid Sums AMin.
Open Scope R_scope.

Section Two.
Variables (l u : nat) (X Y : R).
Hypothesis lu : (1 <= l < u)%nat.
Local Notation x := (two l u X Y).

Lemma two_l : x l = X.
Proof. unfold two. rewrite Nat.eqb_refl. reflexivity. Qed.

Lemma two_shares : 0 <= X -> 0 <= Y -> shares x.
Proof. intros HX HY j. unfold two. destruct (Nat.eqb j l), (Nat.eqb j u); lra. Qed.

(** above l only u has a share *)
Lemma two_above f n : forall k, (l < k <= u)%nat -> (k + n = S u)%nat ->
  sum (fun j => f j * x j) k n = f u * Y.
Proof.
  induction n; intros k Hk Hn; [lia|]. cbn [sum]. unfold two at 1.
  destruct (Nat.eqb_spec k l); [lia|]. destruct (Nat.eqb_spec k u).
  - subst k. assert (n = 0)%nat by lia. subst n. cbn [sum]. ring.
  - rewrite IHn by lia. ring.
Qed.

Lemma two_tail k n : (l < k <= u)%nat -> (k + n = S u)%nat -> sum x k n = Y.
Proof.
  intros. rewrite (sum_ext x (fun j => 1 * x j)) by (intros; ring).
  rewrite (two_above (fun _ => 1)) by assumption. ring.
Qed.

Lemma two_sum f : sum (fun j => f j * x j) l (upto l u) = f l * X + f u * Y.
Proof. rewrite upto_S, sum_S, two_l, two_above by lia. reflexivity. Qed.

Lemma two_all : sum x l (upto l u) = X + Y.
Proof. rewrite upto_S, sum_S, two_l, two_tail by lia. reflexivity. Qed.

(** ** The forms *)
Lemma h_sf_two s : h_sf s x l u = c s l * X * (X + 2 * Y) + c s u * Y * Y.
Proof.
  rewrite h_sf_tails, two_all by lia.
  rewrite (stages_ext _ (fun i _ => (c s i - c s (pred i)) * Y ^ 2)).
  - assert (T : forall n k, stages (fun i _ => (c s i - c s (pred i)) * Y ^ 2) (S k) n =
      (c s (k + n) - c s k) * Y ^ 2).
    { induction n; intros k; cbn [stages]; [rewrite Nat.add_0_r; ring|].
      rewrite IHn. cbn [pred]. replace (S k + n)%nat with (k + S n)%nat by lia. ring. }
    rewrite T. replace (l + (u - l))%nat with u by lia. ring.
  - intros [|i] m Hi Hm Hn; [lia|]. rewrite two_tail by lia. cbn [pred]. rewrite c_step. reflexivity.
Qed.

Lemma a_l_two s : a_l s x l u = c s l * (X + Y) * (X + 2 * Y) + c s u * Y * Y.
Proof.
  unfold a_l, stage. rewrite !two_sum. unfold once. rewrite !Nat.eqb_refl.
  destruct (Nat.eqb_spec u l); [lia|]. ring.
Qed.

Lemma later_two s n : 0 <= s -> forall k, (l < k <= S u)%nat -> (k + n = S u)%nat ->
  stages (fun k => a_min_stage s 1 0 x k) k n = INR u * Y * (INR n ^ 2 / (s + INR u) * Y).
Proof.
  intro s0. assert (P := slot_pos s u s0 ltac:(lia)).
  induction n; intros k Hk Hn; cbn [stages]; [cbn [INR]; field; lra|].
  rewrite IHn by lia. unfold a_min_stage, stage.
  rewrite (two_above (fun j => 1 * (INR j - 0))), (two_above (fun j => (1 + 2 * (INR j - INR k)) / (s + INR j)))
    by lia.
  replace (INR u - INR k) with (INR n) by (rewrite <- minus_INR by lia; f_equal; lia).
  rewrite S_INR. field. lra.
Qed.

Lemma a_min_two s : 0 <= s -> (s + INR u) * a_min s x l u =
  (s + INR l) * (INR l * X + INR u * Y) *
    ((s + INR u) * X + (s + INR l + 2 * (INR u - INR l)) * Y)
  + INR u * (INR u - INR l) ^ 2 * Y ^ 2.
Proof.
  intro s0. unfold a_min, a_min_with. rewrite later_two by (assumption || lia).
  unfold a_min_stage, stage. rewrite !two_sum, minus_INR by lia.
  assert (P := slot_pos s u s0 ltac:(lia)). assert (Q := slot_pos s l s0 ltac:(lia)).
  field. lra.
Qed.

(** ** Theorem 6: the difference is a square *)
Lemma t6_square : 
  (3 - INR l / INR u) / 2 * h_sf 0 x l u - a_min 0 x l u =
  (INR u - INR l) * (INR l * X - INR u * Y) ^ 2 / (2 * INR u).
Proof.
  assert (U : 1 <= INR u) by (apply INR_1; lia).
  apply (Rmult_eq_reg_l (0 + INR u)); [|lra]. rewrite Rmult_minus_distr_l.
  rewrite a_min_two, h_sf_two by lra. unfold c. field. lra.
Qed.

Theorem t6 : 0 <= X -> 0 <= Y -> a_min 0 x l u <= (3 - INR l / INR u) / 2 * h_sf 0 x l u.
Proof.
  intros HX HY. assert (S6 := t6_square). assert (INR l <= INR u) by (apply le_INR; lia).
  assert (U : 1 <= INR u) by (apply INR_1; lia).
  assert (0 <= (INR u - INR l) * (INR l * X - INR u * Y) ^ 2 / (2 * INR u)); [|lra].
  apply Rmult_le_pos; [apply Rmult_le_pos; [lra | apply pow2_ge_0]|].
  apply Rlt_le, Rinv_0_lt_compat. lra.
Qed.

(** ** Theorem 7, for every prompt: c(u) = rho^2 c(l) *)
Lemma rho_exists s : 0 <= s -> exists rho, 1 <= rho /\ c s u = rho ^ 2 * c s l.
Proof.
  intro s0. assert (P := c_pos s l s0 ltac:(lia)). assert (Q := c_pos s u s0 ltac:(lia)).
  assert (INR l <= INR u) by (apply le_INR; lia). assert (1 <= INR l) by (apply INR_1; lia).
  assert (R1 : 1 <= c s u / c s l).
  { apply (Rmult_le_reg_r (c s l)); [assumption|].
    replace (c s u / c s l * c s l) with (c s u) by (field; lra). unfold c. nra. }
  exists (sqrt (c s u / c s l)). split; [rewrite <- sqrt_1; apply sqrt_le_1; lra|].
  rewrite pow2_sqrt by lra. field. lra.
Qed.

Theorem t7_small s rho : 0 <= s -> 0 <= X -> 0 <= Y -> c s u = rho ^ 2 * c s l -> 2 <= rho ->
  a_l s x l u <= (1 + 1 / (2 * (rho - 1))) * h_sf s x l u.
Proof.
  intros s0 HX HY Hr R2. rewrite a_l_two, h_sf_two, Hr. assert (C := c_pos s l s0 ltac:(lia)).
  set (C0 := c s l) in *. apply (Rmult_le_reg_r (2 * (rho - 1))); [lra|].
  replace ((1 + 1 / (2 * (rho - 1))) * (C0 * X * (X + 2 * Y) + rho ^ 2 * C0 * Y * Y) * (2 * (rho - 1)))
    with ((2 * (rho - 1) + 1) * (C0 * X * (X + 2 * Y) + rho ^ 2 * C0 * Y * Y)) by (field; lra).
  assert (0 <= C0 * (X - (rho - 2) * Y) ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  lra.
Qed.

Theorem t7_large s rho : 0 <= s -> 0 <= X -> 0 <= Y -> c s u = rho ^ 2 * c s l -> 1 <= rho <= 2 ->
  a_l s x l u <= (1 + 2 / rho ^ 2) * h_sf s x l u.
Proof.
  intros s0 HX HY Hr R2. rewrite a_l_two, h_sf_two, Hr. assert (C := c_pos s l s0 ltac:(lia)).
  set (C0 := c s l) in *. apply (Rmult_le_reg_r (rho ^ 2)); [nra|].
  replace ((1 + 2 / rho ^ 2) * (C0 * X * (X + 2 * Y) + rho ^ 2 * C0 * Y * Y) * rho ^ 2)
    with ((rho ^ 2 + 2) * (C0 * X * (X + 2 * Y) + rho ^ 2 * C0 * Y * Y)) by (field; lra).
  assert (0 <= X * Y) by nra. assert (0 <= 4 - rho ^ 2) by nra.
  assert (0 <= C0 * (2 * X ^ 2 + X * Y * (4 - rho ^ 2))) by (apply Rmult_le_pos; nra). nra.
Qed.
End Two.

Theorem popular l u X Y : (1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->
  a_min 0 (two l u X Y) l u <= 3 / 2 * h_sf 0 (two l u X Y) l u.
Proof.
  intros H HX HY. eapply Rle_trans; [apply t6; assumption|].
  apply Rmult_le_compat_r; [apply h_sf_nonneg, two_shares; lra|].
  assert (1 <= INR l) by (apply INR_1; lia). assert (1 <= INR u) by (apply INR_1; lia).
  assert (0 <= INR l / INR u); [|lra]. apply Rlt_le, Rdiv_lt_0_compat; lra.
Qed.

Theorem t7 s l u X Y rho : 0 <= s -> (1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->
  0 <= rho -> c s u = rho ^ 2 * c s l ->
  (2 <= rho -> a_l s (two l u X Y) l u <= (1 + 1 / (2 * (rho - 1))) * h_sf s (two l u X Y) l u) /\
  (rho <= 2 -> a_l s (two l u X Y) l u <= (1 + 2 / rho ^ 2) * h_sf s (two l u X Y) l u).
Proof.
  intros s0 H HX HY R0 Hr. split; intro R2; [apply t7_small; assumption|].
  apply t7_large; try assumption. split; [|assumption].
  destruct (rho_exists l u H s s0) as (r & R1 & Er). rewrite Hr in Er.
  assert (P := c_pos s l s0 ltac:(lia)). apply Rmult_eq_reg_r in Er; [|lra]. nra.
Qed.

(** without prompts rho is u/l *)
Theorem t7_s0 l u X Y rho : (1 <= l < u)%nat -> 0 <= X -> 0 <= Y -> INR u = rho * INR l ->
  (2 <= rho -> a_l 0 (two l u X Y) l u <= (1 + 1 / (2 * (rho - 1))) * h_sf 0 (two l u X Y) l u) /\
  (rho <= 2 -> a_l 0 (two l u X Y) l u <= (1 + 2 / rho ^ 2) * h_sf 0 (two l u X Y) l u).
Proof.
  intros H HX HY Hr. assert (L := INR_1 l ltac:(lia)). assert (0 < INR u) by (apply lt_0_INR; lia).
  apply t7; try assumption; [lra | nra | unfold c; rewrite Hr; ring].
Qed.

(** ** A_max on short outputs alone: (s + u)/(s + l) times H-SF *)
Theorem unbounded s l b : 0 <= s -> (1 <= l)%nat -> exists u x, (l < u)%nat /\ shares x /\
  0 < h_sf s x l u /\ b * h_sf s x l u < a_max s x l u.
Proof.
  intros s0 H. assert (P := slot_pos s l s0 H).
  destruct (archimed (Rmax (INR l) (b * (s + INR l)))) as [A _].
  assert (A1 := Rmax_l (INR l) (b * (s + INR l))). assert (A2 := Rmax_r (INR l) (b * (s + INR l))).
  set (z := up (Rmax (INR l) (b * (s + INR l)))) in *.
  assert (L := INR_1 l H). assert (Z0 : (0 < z)%Z) by (apply lt_IZR; lra).
  assert (U : INR (Z.to_nat z) = IZR z) by (rewrite INR_IZR_INZ, Z2Nat.id by lia; reflexivity).
  assert (LU : (l < Z.to_nat z)%nat) by (apply INR_lt; lra).
  exists (Z.to_nat z), (two l (Z.to_nat z) 1 0). split; [assumption|].
  split; [apply two_shares; lra|]. rewrite h_sf_two by lia. unfold a_max, stage.
  rewrite !two_sum by lia. unfold c. rewrite U. split; [nra|].
  assert (INR l * (b * (s + INR l)) < INR l * (s + IZR z)) by (apply Rmult_lt_compat_l; lra). lra.
Qed.

(** ** Refutations, at one point each *)
(** Theorem 6 with prompts: s = l = 1, u = 3, 10 short and 4 long, 752 against 4/3 * 552 *)
Theorem t6_prompts : ~ forall s l u X Y, 0 <= s -> (1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->
  a_min s (two l u X Y) l u <= (3 - INR l / INR u) / 2 * h_sf s (two l u X Y) l u.
Proof.
  intro H. specialize (H 1 1%nat 3%nat 10 4 ltac:(lra) ltac:(lia) ltac:(lra) ltac:(lra)).
  assert (A := a_min_two 1 3 10 4 ltac:(lia) 1 ltac:(lra)).
  rewrite h_sf_two in H by lia. unfold c in H. cbn [INR] in *. lra.
Qed.

(** Theorem 7 with prompts: s = l = 1, u = 2, all long: 10 against 3/2 * 6 *)
Theorem t7_prompts : ~ forall s l u X Y rho, 0 <= s -> (1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->
  INR u = rho * INR l ->
  (2 <= rho -> a_l s (two l u X Y) l u <= (1 + 1 / (2 * (rho - 1))) * h_sf s (two l u X Y) l u) /\
  (rho <= 2 -> a_l s (two l u X Y) l u <= (1 + 2 / rho ^ 2) * h_sf s (two l u X Y) l u).
Proof.
  intro H. destruct (H 1 1%nat 2%nat 0 1 2 ltac:(lra) ltac:(lia) ltac:(lra) ltac:(lra)
    ltac:(cbn [INR]; lra)) as [_ F]. specialize (F ltac:(lra)).
  rewrite h_sf_two, a_l_two in F by lia. unfold c in F. cbn [INR] in F. lra.
Qed.
