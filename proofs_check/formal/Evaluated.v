(** * Forms evaluated in rational numbers: figure 3's 1.6 fails with prompts (s = 10, q = 7/10) *)
Require Import Reals Lra Lia Arith QArith Qreals.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums AMin Limits Linear.
Open Scope R_scope.

Fixpoint sum_q (f : nat -> Q) (k n : nat) : Q :=
  match n with O => 0%Q | S m => Qred (f k + sum_q f (S k) m)%Q end.
Fixpoint stages_q (F : nat -> nat -> Q) (k n : nat) : Q :=
  match n with O => 0%Q | S m => Qred (F k n + stages_q F (S k) m)%Q end.
Fixpoint power_q (q : Q) (n : nat) : Q := match n with O => 1%Q | S m => Qred (q * power_q q m)%Q end.

Lemma q_0 : Q2R 0 = 0.
Proof. unfold Q2R. cbn. lra. Qed.

Lemma reduced q : Q2R (Qred q) = Q2R q.
Proof. apply Qeq_eqR, Qred_correct. Qed.

Lemma sum_q_is f g n : forall k, (forall j, (k <= j)%nat -> Q2R (f j) = g j) -> Q2R (sum_q f k n) = sum g k n.
Proof.
  induction n; intros k H; cbn [sum_q sum]; [apply q_0|]. rewrite reduced, Q2R_plus, H, IHn; [reflexivity | | lia].
  intros; apply H; lia.
Qed.

Lemma stages_q_is F G n : forall k, (forall j m, (k <= j)%nat -> (1 <= m)%nat -> Q2R (F j m) = G j m) ->
  Q2R (stages_q F k n) = stages G k n.
Proof.
  induction n; intros k H; cbn [stages_q stages]; [apply q_0|]. rewrite reduced, Q2R_plus, H, IHn; [reflexivity | | lia | lia].
  intros; apply H; lia.
Qed.

Lemma power_q_is q n : Q2R (power_q q n) = Q2R q ^ n.
Proof.
  induction n; cbn [power_q pow]; [unfold Q2R; cbn; lra|]. rewrite reduced, Q2R_mult, IHn. reflexivity.
Qed.

Definition number (k : nat) : Q := inject_Z (Z.of_nat k).
Lemma number_is k : Q2R (number k) = INR k.
Proof. unfold number, inject_Z, Q2R. cbn. rewrite <- INR_IZR_INZ. lra. Qed.

Section Evaluation.
Variables (s q : Q).
Hypothesis s0 : 0 <= Q2R s.
Definition x_q (j : nat) : Q := (number j * power_q q (j - 1))%Q.
Definition c_q (j : nat) : Q := (number j * (s + number j))%Q.
Definition gap_q (k j : nat) : Q := ((c_q j - c_q k) * / (s + number j) * x_q j)%Q.
Definition entry_q (k n : nat) : Q :=
  (c_q k * x_q k * (x_q k + 2 * sum_q x_q (S k) (pred n)) + (s + number k) * x_q k * sum_q (gap_q k) k n)%Q.

Lemma x_is j : Q2R (x_q j) = linear (Q2R q) j.
Proof. unfold x_q, linear. rewrite Q2R_mult, number_is, power_q_is. reflexivity. Qed.

Lemma c_is j : Q2R (c_q j) = c (Q2R s) j.
Proof. unfold c_q, c. rewrite Q2R_mult, Q2R_plus, number_is. reflexivity. Qed.

Lemma a_min_is u : (1 <= u)%nat -> Q2R (stages_q entry_q 1 u) = a_min (Q2R s) (linear (Q2R q)) 1 u.
Proof.
  intro U. rewrite entries by (assumption || lia). replace (upto 1 u) with u by (unfold upto; lia).
  apply stages_q_is. intros k n K N. destruct n as [|n]; [lia|]. unfold entry, entry_q. cbn [pred]. rewrite by_length_eq.
  rewrite !Q2R_plus, !Q2R_mult, !Q2R_plus, !Q2R_mult, !x_is, !c_is, number_is.
  rewrite (sum_q_is x_q (linear (Q2R q))) by (intros; apply x_is).
  rewrite (sum_q_is (gap_q k) (fun j => (c (Q2R s) j - c (Q2R s) k) / (Q2R s + INR j) * linear (Q2R q) j)).
  - fold (gap (Q2R s) (linear (Q2R q)) k (S n)). replace (Q2R 2) with 2 by (unfold Q2R; cbn; lra). reflexivity.
  - intros j J. assert (P : Q2R (s + number j) = Q2R s + INR j) by (rewrite Q2R_plus, number_is; reflexivity).
    assert (J1 : 1 <= INR j) by (change 1 with (INR 1); apply le_INR; lia).
    assert (I : Q2R (/ (s + number j)) = / (Q2R s + INR j)).
    { rewrite Q2R_inv; [rewrite P; reflexivity|]. intro Z. apply Qeq_eqR in Z. rewrite P, q_0 in Z. lra. }
    unfold gap_q. rewrite !Q2R_mult, I, Q2R_minus, !c_is, x_is. reflexivity.
Qed.
End Evaluation.

Theorem above_8_5 : ~ forall s q, 0 <= s -> 0 < q < 1 -> exists H : R,
  is_lim_seq (h_sf s (linear q) 1) H /\ forall u, (1 <= u)%nat -> a_min s (linear q) 1 u <= 8 / 5 * H.
Proof.
  intro A. destruct (A 10 (7 / 10) ltac:(lra) ltac:(lra)) as (H & L & B).
  assert (W := h_sf_whole (7 / 10) ltac:(lra) 10 ltac:(lra)).
  assert (E : Finite H = Finite (10 * first (7 / 10) + second (7 / 10)))
    by (rewrite <- (is_lim_seq_unique _ _ L); apply is_lim_seq_unique, W).
  injection E as ->. specialize (B 34%nat ltac:(lia)).
  assert (V : Q2R (stages_q (entry_q 10 (7 # 10)) 1 34) = a_min 10 (linear (7 / 10)) 1 34).
  { rewrite a_min_is by (lia || (unfold Q2R; cbn; lra)). replace (Q2R 10) with 10 by (unfold Q2R; cbn; lra).
    replace (Q2R (7 # 10)) with (7 / 10) by (unfold Q2R; cbn; lra). reflexivity. }
  assert (C : Qle_bool (inject_Z 10678) (stages_q (entry_q 10 (7 # 10)) 1 34) = true) by (vm_compute; reflexivity).
  apply Qle_bool_iff, Qle_Rle in C. rewrite V in C.
  assert (D : 8 / 5 * (10 * first (7 / 10) + second (7 / 10)) < 10678)
    by (unfold first, second, bottom; cbn [pow]; lra).
  replace (Q2R (inject_Z 10678)) with 10678 in C by (unfold Q2R; cbn; lra). lra.
Qed.
