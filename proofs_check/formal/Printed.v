(** * The papers' texts: Algorithm 5's first bound, the peak of a distribution, (13) of WAIT, Corollary 1 *)
Require Import Reals Lra Lia Psatz Arith List.
From Coquelicot Require Import Rcomplements.
From KVRatio Require Import Fluid Sums AMin.
Import ListNotations.
Open Scope nat_scope.

(** ** Algorithm 5: the largest lower end up to the output *)
Theorem overlapping : ~ forall (I : list (nat * nat)) l u o m, (forall i, In i I -> fst i <= snd i) ->
  In (l, u) I -> l <= o <= u -> (exists i, In i I /\ fst i = m /\ m <= o) ->
  (forall i, In i I -> fst i <= o -> fst i <= m) -> m = l.
Proof.
  intro H. assert (A : 3 = 1); [|lia]. apply (H [(1, 4); (3, 6)] 1 4 3 3).
  - intros i [<-|[<-|[]]]; cbn; lia.
  - left. reflexivity.
  - lia.
  - exists (3, 6). cbn. auto.
  - intros i [<-|[<-|[]]]; cbn; lia.
Qed.

Theorem disjoint : forall (I : list (nat * nat)) l u o m, (forall i, In i I -> fst i <= snd i) ->
  (forall i j, In i I -> In j I -> i = j \/ snd i < fst j \/ snd j < fst i) ->
  In (l, u) I -> l <= o <= u -> (exists i, In i I /\ fst i = m /\ m <= o) ->
  (forall i, In i I -> fst i <= o -> fst i <= m) -> m = l.
Proof.
  intros I l u o m V D J O (i & Ii & E & Mo) G. assert (L := G (l, u) J ltac:(cbn; lia)). cbn in L.
  specialize (V i Ii). destruct (D i (l, u) Ii J) as [-> | [H|H]]; cbn in *; lia.
Qed.

Open Scope R_scope.

(** ** Experiment 3: intervals [(1-x) o, (1+x) o] *)
Theorem wider : ~ forall o x y, 0 < o -> 0 < x -> x < y -> y < 1 ->
  (1 + y) * o - (1 - y) * o <= (1 + x) * o - (1 - x) * o.
Proof. intro H. assert (A := H 100 (1 / 10) (95 / 100)). lra. Qed.

(** ** The peak of k p^2 q^(k-1): at q = n/(n+1) it is n, and log(1/q) at most 1 *)
Section Peak.
Variable n : nat.
Hypothesis n1 : (1 <= n)%nat.
Local Notation q := (INR n / (INR n + 1)).
Definition chance (j : nat) : R := INR j * (1 - q) ^ 2 * q ^ (j - 1).

Lemma n_pos : 1 <= INR n.
Proof. change 1 with (INR 1). apply le_INR, n1. Qed.

Lemma q_pos : 0 < q < 1.
Proof.
  assert (N := n_pos). split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_lt_reg_r (INR n + 1)); [lra|].
  replace (q * (INR n + 1)) with (INR n) by (field; lra). lra.
Qed.

Lemma next j : (1 <= j)%nat -> chance (S j) - chance j = (INR n - INR j) * ((1 - q) ^ 2 * q ^ (j - 1) / (INR n + 1)).
Proof.
  intro J. assert (N := n_pos). unfold chance. rewrite S_INR. replace (S j - 1)%nat with (S (j - 1)) by lia.
  cbn [pow]. field. lra.
Qed.

Lemma factor_pos j : 0 <= (1 - q) ^ 2 * q ^ (j - 1) / (INR n + 1).
Proof.
  assert (N := n_pos). assert (Q := q_pos). apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat; lra].
  apply Rmult_le_pos; apply pow_le; lra.
Qed.

Lemma at_peak j : (1 <= j)%nat -> chance j <= chance n.
Proof.
  intro J. destruct (le_lt_dec j n) as [H|H].
  - replace n with (j + (n - j))%nat by lia. assert (B : (j + (n - j) <= n)%nat) by lia. revert B.
    generalize (n - j)%nat. induction n0 as [|d IH]; intro B; [rewrite Nat.add_0_r; apply Rle_refl|].
    eapply Rle_trans; [apply IH; lia|]. replace (j + S d)%nat with (S (j + d)) by lia.
    assert (E := next (j + d) ltac:(lia)). assert (F := factor_pos (j + d)).
    assert (INR (j + d) <= INR n) by (apply le_INR; lia).
    assert (0 <= (INR n - INR (j + d)) * ((1 - q) ^ 2 * q ^ (j + d - 1) / (INR n + 1))) by (apply Rmult_le_pos; lra). lra.
  - replace j with (n + (j - n))%nat by lia. generalize (j - n)%nat.
    induction n0 as [|d IH]; [rewrite Nat.add_0_r; apply Rle_refl|].
    eapply Rle_trans; [|apply IH]. replace (n + S d)%nat with (S (n + d)) by lia.
    assert (E := next (n + d) ltac:(lia)). assert (F := factor_pos (n + d)).
    assert (INR n <= INR (n + d)) by (apply le_INR; lia).
    assert (0 <= (INR (n + d) - INR n) * ((1 - q) ^ 2 * q ^ (n + d - 1) / (INR n + 1))) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma log_small : 0 <= ln (/ q) <= 1.
Proof.
  assert (N := n_pos). replace (/ q) with (1 + / INR n) by (field; lra).
  assert (I : 0 < / INR n) by (apply Rinv_0_lt_compat; lra).
  assert (I1 : / INR n <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra). split.
  - rewrite <- ln_1. apply ln_le; lra.
  - apply Rle_trans with (ln (exp 1)); [|rewrite ln_exp; lra]. assert (A := exp_ineq1 1 R1_neq_R0). apply ln_le; lra.
Qed.
End Peak.

Theorem no_peak_near_log : ~ exists C, forall q k, 0 < q < 1 -> (1 <= k)%nat ->
  (forall j, (1 <= j)%nat -> INR j * (1 - q) ^ 2 * q ^ (j - 1) <= INR k * (1 - q) ^ 2 * q ^ (k - 1)) ->
  Rabs (INR k - ln (/ q)) <= C.
Proof.
  intros (C & H). assert (C0 := Rabs_pos C).
  destruct (nfloor_ex (Rabs C + 2) ltac:(lra)) as (n & _ & Hn).
  assert (n1 : (1 <= n)%nat) by (destruct n; [cbn in Hn; lra | lia]).
  assert (A := H (INR n / (INR n + 1)) n (q_pos n n1) n1 (at_peak n n1)). assert (L := log_small n n1).
  rewrite Rabs_right in A by lra. assert (B := Rle_abs C). lra.
Qed.

(** ** WAIT's (13): segment k begins with e (k-1) tokens made and ends with e k *)
Theorem more_than_three : ~ forall (l : R) (e : nat -> R) k, 0 <= l -> e 0%nat = 0 -> (forall j, e j < e (S j)) ->
  (1 <= k)%nat -> l + (e (k - 1)%nat + e k) / 2 = l + sum e 1 k / 2.
Proof.
  intro H. assert (A := H 0 (fun j => 100 * INR j) 3%nat). cbn in A.
  assert (B : forall j, 100 * INR j < 100 * INR (S j)) by (intro; rewrite S_INR; lra).
  specialize (A ltac:(lra) ltac:(lra) B ltac:(lia)). lra.
Qed.

Theorem up_to_two : forall (l : R) (e : nat -> R) k, 0 <= l -> e 0%nat = 0 -> (forall j, e j < e (S j)) ->
  (1 <= k <= 2)%nat -> l + (e (k - 1)%nat + e k) / 2 = l + sum e 1 k / 2.
Proof.
  intros l e k _ E _ K. assert (D : k = 1%nat \/ k = 2%nat) by lia. destruct D as [-> | ->]; cbn; rewrite ?E; lra.
Qed.

(** ** Corollary 1: A_min and H-SF as quadratic forms *)
Definition a_entry (i j : nat) : R :=
  let m := INR (Nat.min i j) in m ^ 2 / (INR i * INR j) * ((INR i + INR j) ^ 2 / 2 - m ^ 2).
Definition b_entry (i j : nat) : R := INR (Nat.min i j) ^ 2.
Definition quadratic (a : nat -> nat -> R) (x : nat -> R) (k n : nat) : R :=
  sum (fun i => sum (fun j => a i j * x i * x j) k n) k n.

Lemma by_rows (a : nat -> nat -> R) x : (forall i j, a i j = a j i) -> forall n k, quadratic a x k n =
  stages (fun k n => x k * (a k k * x k + 2 * sum (fun j => a k j * x j) (S k) (pred n))) k n.
Proof.
  intro S_. induction n as [|n IH]; intro k; unfold quadratic; cbn [sum stages pred]; [reflexivity|].
  rewrite <- IH. unfold quadratic. rewrite sum_plus.
  rewrite (sum_ext (fun i => a i k * x i * x k) (fun i => x k * (a k i * x i))) by (intros i _; rewrite (S_ i k); ring).
  rewrite (sum_ext (fun j => a k j * x k * x j) (fun j => x k * (a k j * x j))) by (intros; ring).
  rewrite !sum_scal. ring.
Qed.

Theorem corollary_1 : forall x u, (1 <= u)%nat ->
  a_min 0 x 1 u = sum (fun i => sum (fun j =>
    INR (Nat.min i j) ^ 2 / (INR i * INR j) * ((INR i + INR j) ^ 2 / 2 - INR (Nat.min i j) ^ 2) * x i * x j) 1 u) 1 u /\
  h_sf 0 x 1 u = sum (fun i => sum (fun j => INR (Nat.min i j) ^ 2 * x i * x j) 1 u) 1 u.
Proof.
  intros x u U. split.
  - change (a_min 0 x 1 u = quadratic a_entry x 1 u). rewrite by_rows.
    + rewrite entries by (lra || lia). replace (upto 1 u) with u by (unfold upto; lia). apply stages_ext.
      intros k n K N N0. destruct n as [|n]; [lia|]. cbn [pred]. assert (K1 : 1 <= INR k) by (change 1 with (INR 1); apply le_INR; lia).
      unfold entry. rewrite by_length_eq. unfold gap. rewrite sum_S.
      replace ((c 0 k - c 0 k) / (0 + INR k) * x k) with 0 by (field; lra).
      unfold a_entry at 1. rewrite Nat.min_id, Rplus_0_l.
      rewrite (sum_ext (fun j => a_entry k j * x j) (fun j => c 0 k * x j + INR k / 2 * ((c 0 j - c 0 k) / (0 + INR j) * x j))).
      * rewrite sum_plus, !sum_scal. unfold c. field. lra.
      * intros j J. assert (J1 : 1 <= INR j) by (change 1 with (INR 1); apply le_INR; lia). unfold a_entry, c.
        rewrite Nat.min_l by lia. field. lra.
    + intros i j. unfold a_entry. rewrite Nat.min_comm, (Rmult_comm (INR i)), (Rplus_comm (INR i)). reflexivity.
  - change (h_sf 0 x 1 u = quadratic b_entry x 1 u). rewrite by_rows.
    + unfold h_sf. replace (upto 1 u) with u by (unfold upto; lia). apply stages_ext.
      intros k n K N N0. destruct n as [|n]; [lia|]. cbn [pred]. rewrite by_length_eq. unfold b_entry at 1. rewrite Nat.min_id.
      rewrite (sum_ext (fun j => b_entry k j * x j) (fun j => c 0 k * x j)).
      * rewrite sum_scal. unfold c. ring.
      * intros j J. unfold b_entry, c. rewrite Nat.min_l by lia. ring.
    + intros i j. unfold b_entry. rewrite Nat.min_comm. reflexivity.
Qed.
