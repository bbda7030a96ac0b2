(** * Sums and extremes over the requests 0 ... n-1 *)
Require Import ZArith List Lia Bool Arith.
From KVRatio Require Import Model.
Import ListNotations.
Open Scope Z_scope.

Lemma total_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> total n f <= total n g.
Proof.
  induction n; intro H; cbn [total]; [lia|].
  assert (f n <= g n) by (apply H; lia). assert (total n f <= total n g) by (apply IHn; intros; apply H; lia).
  lia.
Qed.

Lemma total_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> total n f = total n g.
Proof. intro H. apply Z.le_antisymm; apply total_le; intros; rewrite H; lia. Qed.

Lemma total_add n f g : total n (fun i => f i + g i) = total n f + total n g.
Proof. induction n; cbn [total]; lia. Qed.

Lemma total_scal n a f : total n (fun i => a * f i) = a * total n f.
Proof. induction n; cbn [total]; lia. Qed.

Lemma total_const n a : total n (fun _ => a) = Z.of_nat n * a.
Proof. induction n; cbn [total]; lia. Qed.

Lemma total_front n f : total (S n) f = f 0%nat + total n (fun i => f (S i)).
Proof. induction n; [cbn; lia|]. cbn [total] in *. lia. Qed.

Lemma total_exchange m n (f : nat -> nat -> Z) :
  total m (fun a => total n (fun b => f a b)) = total n (fun b => total m (fun a => f a b)).
Proof.
  induction m; cbn [total].
  - rewrite total_const. lia.
  - rewrite IHm, <- total_add. reflexivity.
Qed.

(** the first t are 0 *)
Lemma total_skip t n f : (forall i, (i < t)%nat -> f i = 0) -> total n f = total (n - t) (fun i => f (t + i)%nat).
Proof.
  intro Z0. induction n; [reflexivity|]. cbn [total]. destruct (le_lt_dec t n).
  - rewrite IHn. replace (S n - t)%nat with (S (n - t)) by lia. cbn [total].
    replace (t + (n - t))%nat with n by lia. reflexivity.
  - rewrite IHn, Z0 by lia. replace (S n - t)%nat with 0%nat by lia. replace (n - t)%nat with 0%nat by lia. reflexivity.
Qed.

Lemma total_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= total n f.
Proof.
  intro H. transitivity (total n (fun _ => 0)); [rewrite total_const; lia | apply total_le, H].
Qed.

Lemma total_one n i a : (i < n)%nat -> total n (fun j => if (j =? i)%nat then a else 0) = a.
Proof.
  intro H. assert (Z0 : forall m, (m <= i)%nat -> total m (fun j => if (j =? i)%nat then a else 0) = 0).
  { induction m; intro Hm; cbn [total]; [reflexivity|]. rewrite IHm by lia.
    destruct (Nat.eqb_spec m i); lia. }
  induction n; [lia|]. cbn [total]. destruct (Nat.eqb_spec n i) as [->|N].
  - rewrite Z0 by lia. lia.
  - rewrite IHn by lia. lia.
Qed.

Lemma total_at_most n f i : (i < n)%nat -> (forall j, (j < n)%nat -> 0 <= f j) -> f i <= total n f.
Proof.
  intros H P. rewrite <- (total_one n i (f i)) by assumption. apply total_le. intros j Hj.
  destruct (Nat.eqb_spec j i); [subst; lia | apply P, Hj].
Qed.

(** ** Updating one entry *)
Definition upd (t : nat -> Z) i v j := if (j =? i)%nat then v else t j.

Lemma total_upd (F : nat -> Z -> Z) t i v n : (i < n)%nat ->
  total n (fun k => F k (upd t i v k)) = total n (fun k => F k (t k)) + (F i v - F i (t i)).
Proof.
  intro H. rewrite <- (total_one n i (F i v - F i (t i))) by assumption. rewrite <- total_add.
  apply total_ext. intros j _. unfold upd. destruct (Nat.eqb_spec j i); [subst|]; lia.
Qed.

Lemma total_swap (F : nat -> Z -> Z) t i j n : (i < n)%nat -> (j < n)%nat -> i <> j ->
  (forall v, F i v = F j v) ->
  total n (fun k => F k (upd (upd t i (t j)) j (t i) k)) = total n (fun k => F k (t k)).
Proof.
  intros Hi Hj N E. rewrite !total_upd by assumption. unfold upd.
  destruct (Nat.eqb_spec j i); [lia|]. rewrite !E. lia.
Qed.

(** ** The first of those that have a property *)
Lemma least_exists (P : nat -> bool) (f : nat -> Z) n :
  (exists i, (i < n)%nat /\ P i = true) ->
  exists j, (j < n)%nat /\ P j = true /\ forall i, (i < n)%nat -> P i = true -> f j <= f i.
Proof.
  induction n; intros (i & Hi & Pi); [lia|]. destruct (existsb P (seq 0 n)) eqn:E.
  - apply existsb_exists in E. destruct E as (k & Hk & Pk). apply in_seq in Hk.
    destruct IHn as (j & Hj & Pj & Lj); [exists k; split; [lia | assumption]|].
    destruct (P n) eqn:Pn; [destruct (Z.le_gt_cases (f j) (f n))|].
    + exists j. split; [lia|]. split; [assumption|]. intros m Hm Pm.
      destruct (Nat.eq_dec m n); [subst; assumption | apply Lj; [lia | assumption]].
    + exists n. split; [lia|]. split; [assumption|]. intros m Hm Pm.
      destruct (Nat.eq_dec m n); [subst; lia | specialize (Lj m ltac:(lia) Pm); lia].
    + exists j. split; [lia|]. split; [assumption|]. intros m Hm Pm.
      destruct (Nat.eq_dec m n); [subst; congruence | apply Lj; [lia | assumption]].
  - assert (F : forall k, (k < n)%nat -> P k = false).
    { intros k Hk. destruct (P k) eqn:Pk; [|reflexivity].
      assert (existsb P (seq 0 n) = true); [|congruence].
      apply existsb_exists. exists k. split; [apply in_seq; lia | assumption]. }
    destruct (Nat.eq_dec i n) as [->|]; [|rewrite F in Pi by lia; discriminate].
    exists n. split; [lia|]. split; [assumption|]. intros m Hm Pm.
    destruct (Nat.eq_dec m n); [subst; lia | rewrite F in Pm by lia; discriminate].
Qed.

Lemma total_positive n f : 0 < total n f -> exists i, (i < n)%nat /\ 0 < f i.
Proof.
  induction n; cbn [total]; intro H; [lia|]. destruct (Z.lt_ge_cases 0 (f n)).
  - exists n. split; [lia | assumption].
  - destruct IHn as (i & Hi & P); [lia|]. exists i. split; [lia | assumption].
Qed.

(** ** The largest value *)
Fixpoint most (n : nat) (f : nat -> Z) : Z := match n with O => 0 | S m => Z.max (most m f) (f m) end.

Lemma most_ge n f i : (i < n)%nat -> f i <= most n f.
Proof.
  induction n; cbn [most]; intro H; [lia|]. destruct (Nat.eq_dec i n) as [->|]; [lia|].
  specialize (IHn ltac:(lia)). lia.
Qed.
