(** * The limit of a profile cut: the heaviest requests that can go on together (FORMAT.md)

    A corner weighs a request that uses at least [c_use] and has at least [c_rest] steps to go. Those
    that run together still fit e steps later, each using e more, if it has e steps to go. Corners are
    taken in descending order of [c_rest]; the table has the largest weight for each number k of those
    taken and their use U, and one more, c, may be taken if U + c_use + (k + 1) c_rest <= M. *)
Require Import ZArith List Lia Bool Arith.
From KVRatio Require Import Model Totals.
Import ListNotations.
Open Scope Z_scope.

Record corner := Corner { c_use : Z; c_rest : Z; c_weight : Z }.

Definition reached (c : corner) (u d : Z) : bool := if c_rest c <=? d then c_use c <=? u else false.
Fixpoint heavy (T : list corner) (u d : Z) : Z :=
  match T with
  | [] => 0
  | c :: more => if reached c u d then Z.max (c_weight c) (heavy more u d) else heavy more u d
  end.

(** ** The table: row k, column U; -1 where nothing comes to be *)
Fixpoint better (a b : list Z) : list Z :=
  match a, b with x :: a', y :: b' => Z.max x y :: better a' b' | _, _ => a end.
Fixpoint pass (M : Z) (c : corner) (k : Z) (before : list Z) (rows : list (list Z)) : list (list Z) :=
  match rows with
  | [] => []
  | old :: more =>
      if M <? k * c_rest c + c_use c then rows else
      let taken := repeat (-1) (Z.to_nat (c_use c)) ++ map (fun v => if v <? 0 then v else v + c_weight c) before in
      let new := better old (firstn (Z.to_nat (M - k * c_rest c + 1)) taken) in
      new :: pass M c (k + 1) new more
  end.
Definition take (M : Z) (table : list (list Z)) (c : corner) : list (list Z) :=
  match table with [] => [] | first :: rows => first :: pass M c 1 first rows end.
Definition nobody (M : Z) : list (list Z) :=
  (0 :: repeat (-1) (Z.to_nat M)) :: repeat (repeat (-1) (S (Z.to_nat M))) (Z.to_nat M).
Definition largest (table : list (list Z)) : Z := fold_right Z.max 0 (map (fold_right Z.max 0) table).
Definition together (M : Z) (T : list corner) : Z := largest (fold_left (take M) T (nobody M)).

Fixpoint descending (T : list corner) : bool :=
  match T with
  | c :: ((c' :: _) as more) => (c_rest c' <=? c_rest c) && descending more
  | _ => true
  end.
Definition proper_table (T : list corner) : bool :=
  descending T && forallb (fun c => (1 <=? c_use c) && (0 <=? c_rest c) && (0 <=? c_weight c)) T.

(** ** What a pass does to the table *)
Lemma better_length a : forall b, length (better a b) = length a.
Proof. induction a; intros [|y b]; cbn; congruence. Qed.

Lemma better_old a : forall b i, nth i a (-1) <= nth i (better a b) (-1).
Proof. induction a as [|x a IH]; intros [|y b] [|i]; cbn; try lia. apply IH. Qed.

Lemma better_new a : forall b i, (i < length a)%nat -> (i < length b)%nat -> nth i b (-1) <= nth i (better a b) (-1).
Proof.
  induction a as [|x a IH]; intros [|y b] [|i] A B; cbn in *; try lia. apply IH; lia.
Qed.

Lemma nth_firstn {A} (d : A) n : forall i l, (i < n)%nat -> nth i (firstn n l) d = nth i l d.
Proof. induction n; intros [|i] [|x l] H; cbn; try lia; try reflexivity. apply IHn. lia. Qed.

Section Pass.
Variables (M : Z) (c : corner).
Hypotheses (u1 : 1 <= c_use c) (d0 : 0 <= c_rest c) (w0 : 0 <= c_weight c).
Local Notation N := (S (Z.to_nat M)).
Local Notation at_ row U := (nth U row (-1)).

Lemma pass_size rows : forall k before, Forall (fun row => length row = N) rows ->
  length (pass M c k before rows) = length rows /\ Forall (fun row => length row = N) (pass M c k before rows).
Proof.
  induction rows as [|old rows IH]; intros k before F; cbn [pass]; [split; [reflexivity | assumption]|].
  destruct (M <? _); [split; [reflexivity | assumption]|]. inversion F; subst.
  destruct (IH (k + 1) (better old (firstn (Z.to_nat (M - k * c_rest c + 1)) (repeat (-1) (Z.to_nat (c_use c)) ++
    map (fun v => if v <? 0 then v else v + c_weight c) before))) ltac:(assumption)) as [L G].
  split; [cbn; congruence | constructor; [rewrite better_length; assumption | exact G]].
Qed.

Lemma pass_keeps rows : forall k before j U, at_ (nth j rows []) U <= at_ (nth j (pass M c k before rows) []) U.
Proof.
  induction rows as [|old rows IH]; intros k before j U; cbn [pass]; [apply Z.le_refl|].
  destruct (M <? _); [apply Z.le_refl|]. destruct j; cbn [nth]; [apply better_old | apply IH].
Qed.

Lemma pass_takes rows : forall k before j U W, Forall (fun row => length row = N) (before :: rows) ->
  (j < length rows)%nat -> 0 <= W -> W <= at_ (nth j (before :: pass M c k before rows) []) U ->
  Z.of_nat U + c_use c + (k + Z.of_nat j) * c_rest c <= M -> 0 <= k ->
  W + c_weight c <= at_ (nth j (pass M c k before rows) []) (U + Z.to_nat (c_use c)).
Proof.
  induction rows as [|old rows IH]; intros k before j U W F J W0 H R K; [cbn in J; lia|].
  inversion F as [|? ? Lb F']; subst. inversion F' as [|? ? Lo F'']; subst. cbn [pass] in *.
  destruct (Z.ltb_spec M (k * c_rest c + c_use c)) as [Stop|Go]; [nia|].
  set (new := better old _) in *. assert (Ln : length new = N) by (unfold new; rewrite better_length; assumption).
  destruct j as [|j]; cbn [nth] in H |- *; [|apply IH; cbn in J; lia || (constructor; assumption) || assumption].
  assert (V : (U < length before)%nat) by lia.
  eapply Z.le_trans; [|apply better_new; [lia|]].
  - rewrite nth_firstn by lia. rewrite app_nth2; rewrite repeat_length; [|lia].
    replace (U + Z.to_nat (c_use c) - Z.to_nat (c_use c))%nat with U by lia.
    rewrite (nth_indep _ _ ((fun v => if v <? 0 then v else v + c_weight c) (-1))) by (rewrite map_length; assumption).
    rewrite (map_nth (fun v => if v <? 0 then v else v + c_weight c)). destruct (Z.ltb_spec (at_ before U) 0); lia.
  - rewrite firstn_length, app_length, repeat_length, map_length. lia.
Qed.

Definition cell (table : list (list Z)) (k U : Z) : Z := nth (Z.to_nat U) (nth (Z.to_nat k) table []) (-1).
Definition full (table : list (list Z)) : Prop := length table = N /\ Forall (fun row => length row = N) table.

Lemma take_full table : full table -> full (take M table c).
Proof.
  intros [L F]. destruct table as [|first rows]; [discriminate|]. inversion F; subst.
  destruct (pass_size rows 1 first ltac:(assumption)) as [L' F']. split; [cbn in *; congruence|].
  constructor; assumption.
Qed.

Lemma take_more table k U W : full table -> 0 <= k <= U -> 0 <= W -> W <= cell (take M table c) k U ->
  U + c_use c + (k + 1) * c_rest c <= M -> W + c_weight c <= cell (take M table c) (k + 1) (U + c_use c).
Proof.
  intros [L F] K W0 H R. destruct table as [|first rows]; [discriminate|]. unfold cell in *. cbn [take] in *.
  replace (Z.to_nat (U + c_use c)) with (Z.to_nat U + Z.to_nat (c_use c))%nat by lia.
  replace (Z.to_nat (k + 1)) with (S (Z.to_nat k)) by lia. cbn [nth] in *.
  apply pass_takes; try assumption; [cbn in L; nia | rewrite !Z2Nat.id by lia; lia | lia].
Qed.

(** the same corner m times *)
Lemma take_times table k U W m : full table -> 0 <= k <= U -> 0 <= W -> W <= cell table k U ->
  U + Z.of_nat m * c_use c + (k + Z.of_nat m) * c_rest c <= M ->
  W + Z.of_nat m * c_weight c <= cell (take M table c) (k + Z.of_nat m) (U + Z.of_nat m * c_use c).
Proof.
  intros F K W0 H. induction m as [|m IH]; intro R.
  - rewrite !Z.add_0_r. eapply Z.le_trans; [exact H|]. unfold cell. destruct F as [L F].
    destruct table as [|first rows]; [discriminate|]. cbn [take].
    destruct (Z.to_nat k); cbn [nth]; [lia | apply pass_keeps].
  - replace (W + Z.of_nat (S m) * c_weight c) with (W + Z.of_nat m * c_weight c + c_weight c) by nia.
    replace (k + Z.of_nat (S m)) with (k + Z.of_nat m + 1) by lia.
    replace (U + Z.of_nat (S m) * c_use c) with (U + Z.of_nat m * c_use c + c_use c) by nia.
    apply take_more; [assumption | nia | nia | apply IH; nia | nia].
Qed.
End Pass.

(** ** All corners, the q-th [ns q] times *)
Definition none : corner := Corner 0 0 0.

Section Multiset.
Variable M : Z.
Hypothesis M0 : 0 <= M.

Lemma cell_largest table k U : cell table k U <= largest table.
Proof.
  assert (Row : forall row i, nth i row (-1) <= fold_right Z.max 0 row).
  { induction row as [|x row IH]; intros [|i]; cbn; try lia. specialize (IH i). lia. }
  unfold cell, largest. generalize (Z.to_nat k). induction table as [|row table IH]; intros [|j]; cbn [nth map fold_right].
  - destruct (Z.to_nat U); cbn; lia.
  - destruct (Z.to_nat U); cbn; lia.
  - assert (A := Row row (Z.to_nat U)). lia.
  - specialize (IH j). lia.
Qed.

Lemma multiset T : forall table k U W (ns : nat -> nat),
  forallb (fun c => (1 <=? c_use c) && (0 <=? c_rest c) && (0 <=? c_weight c)) T = true ->
  full M table -> 0 <= k <= U -> 0 <= W -> W <= cell table k U ->
  let c q := nth q T none in
  (forall q, (q < length T)%nat -> U + total (S q) (fun p => Z.of_nat (ns p) * c_use (c p)) +
     (k + total (S q) (fun p => Z.of_nat (ns p))) * c_rest (c q) <= M) ->
  W + total (length T) (fun p => Z.of_nat (ns p) * c_weight (c p)) <= largest (fold_left (take M) T table).
Proof.
  induction T as [|a T IH]; intros table k U W ns P F K W0 H c R; cbn [length fold_left].
  - cbn [total]. assert (A := cell_largest table k U). lia.
  - cbn [forallb] in P. rewrite !andb_true_iff, !Z.leb_le in P. destruct P as [[[u1 d0] w0] P].
    assert (R0 := R 0%nat ltac:(cbn; lia)). cbn [total c nth] in R0.
    rewrite total_front, Z.add_assoc. cbn [c nth]. unfold c. cbn [nth].
    apply (IH (take M table a) (k + Z.of_nat (ns 0%nat)) (U + Z.of_nat (ns 0%nat) * c_use a)
      (W + Z.of_nat (ns 0%nat) * c_weight a) (fun p => ns (S p)) P).
    + apply take_full; assumption.
    + nia.
    + nia.
    + apply take_times; assumption.
    + intros q Hq. specialize (R (S q) ltac:(cbn; lia)). rewrite !(total_front (S q)) in R. cbn [c nth] in R.
      unfold c in R. cbn [nth] in R. lia.
Qed.

Lemma nobody_full : full M (nobody M).
Proof.
  split; cbn [nobody length].
  - rewrite repeat_length. reflexivity.
  - constructor; [cbn [length]; rewrite repeat_length; reflexivity|]. apply Forall_forall. intros row I.
    apply repeat_spec in I. subst. apply repeat_length.
Qed.
End Multiset.

(** ** Those that run together: the corner of each *)
Fixpoint which (T : list corner) (u d : Z) : nat :=
  match T with
  | [] => 0
  | c :: more => if reached c u d && (heavy more u d <=? c_weight c) then 0 else S (which more u d)
  end.

Lemma which_is T u d : (which T u d < length T)%nat -> reached (nth (which T u d) T none) u d = true /\
  c_weight (nth (which T u d) T none) = heavy T u d.
Proof.
  induction T as [|c T IH]; cbn [which length heavy]; intro H; [lia|].
  destruct (reached c u d) eqn:E, (Z.leb_spec (heavy T u d) (c_weight c)); cbn [andb nth] in *;
    try (split; [assumption | lia]); destruct (IH ltac:(lia)) as [A B]; (split; [assumption | lia]).
Qed.

Lemma which_none T u d : (length T <= which T u d)%nat -> heavy T u d = 0.
Proof.
  induction T as [|c T IH]; cbn [which length heavy]; intro H; [reflexivity|].
  destruct (reached c u d), (Z.leb_spec (heavy T u d) (c_weight c)); cbn [andb] in H; try lia; rewrite IH in * by lia; lia.
Qed.

Lemma descending_nth T : descending T = true -> forall p q, (p <= q < length T)%nat ->
  c_rest (nth q T none) <= c_rest (nth p T none).
Proof.
  induction T as [|a [|b T] IH]; intros D p q H; [cbn in H; lia | cbn in H; replace p with 0%nat by lia; replace q with 0%nat by lia; lia|].
  cbn [descending] in D. apply andb_true_iff in D. destruct D as [D1 D]. apply Z.leb_le in D1. specialize (IH D).
  destruct p as [|p], q as [|q]; try lia; cbn [length] in H.
  - change (c_rest (nth q (b :: T) none) <= c_rest a). specialize (IH 0%nat q ltac:(cbn; lia)). cbn in IH |- *. lia.
  - apply (IH p q). cbn. lia.
Qed.

Lemma by_corner n m (ch : nat -> nat) (f : nat -> Z) :
  total m (fun q => total n (fun i => if (ch i =? q)%nat then 1 else 0) * f q) =
  total n (fun i => if (ch i <? m)%nat then f (ch i) else 0).
Proof.
  induction m; cbn [total].
  - rewrite (total_ext n _ (fun _ => 0)); [rewrite total_const; lia|]. intros i _. reflexivity.
  - rewrite IHm, Z.mul_comm, <- total_scal, <- total_add. apply total_ext. intros i _.
    destruct (Nat.ltb_spec (ch i) m), (Nat.eqb_spec (ch i) m), (Nat.ltb_spec (ch i) (S m)); subst; lia.
Qed.

Theorem profile M T n (on : nat -> bool) (u d : nat -> Z) : 0 <= M -> proper_table T = true ->
  (forall i, (i < n)%nat -> on i = true -> 0 <= u i) ->
  (forall e, 0 <= e -> total n (fun i => if on i && (e <=? d i) then u i + e else 0) <= M) ->
  total n (fun i => if on i then heavy T (u i) (d i) else 0) <= together M T.
Proof.
  intros M0 P u0 R. unfold proper_table in P. apply andb_true_iff in P. destruct P as [D P].
  set (ch := fun i => if on i then which T (u i) (d i) else length T).
  set (ns := fun q => total n (fun i => if (ch i =? q)%nat then 1 else 0)).
  assert (ns0 : forall q, 0 <= ns q) by (intro; apply total_nonneg; intros i _; destruct (ch i =? q)%nat; lia).
  set (m := fun q => Z.to_nat (ns q)). assert (E : forall q, Z.of_nat (m q) = ns q) by (intro; apply Z2Nat.id, ns0).
  assert (A := multiset M T (nobody M) 0 0 0 m P (nobody_full M) ltac:(lia) ltac:(lia)).
  assert (C0 : 0 <= cell (nobody M) 0 0) by (cbn; lia). specialize (A C0). cbv zeta in A.
  eapply Z.le_trans; [|apply A].
  - rewrite Z.add_0_l. rewrite (total_ext (length T) _ (fun q => ns q * c_weight (nth q T none))) by (intros; rewrite E; reflexivity).
    unfold ns. rewrite (by_corner n (length T) ch (fun q => c_weight (nth q T none))). apply total_le. intros i Hi.
    unfold ch. destruct (on i); [|destruct (Nat.ltb_spec (length T) (length T)); lia].
    destruct (Nat.ltb_spec (which T (u i) (d i)) (length T)) as [H|H].
    + destruct (which_is T _ _ H) as [_ ->]. lia.
    + rewrite (which_none T _ _ H). lia.
  - intros q Hq. rewrite !Z.add_0_l. set (e := c_rest (nth q T none)).
    assert (e0 : 0 <= e).
    { rewrite forallb_forall in P. specialize (P (nth q T none) (nth_In _ _ Hq)).
      rewrite !andb_true_iff, !Z.leb_le in P. unfold e. lia. }
    rewrite (total_ext (S q) (fun p => Z.of_nat (m p)) (fun p => ns p * 1)) by (intros; rewrite E; lia).
    rewrite (total_ext (S q) _ (fun p => ns p * c_use (nth p T none))) by (intros; rewrite E; reflexivity).
    unfold ns. rewrite (by_corner n (S q) ch (fun p => c_use (nth p T none))), (by_corner n (S q) ch (fun _ => 1)).
    rewrite Z.mul_comm, <- total_scal, <- total_add. eapply Z.le_trans; [|apply (R e e0)]. apply total_le. intros i Hi.
    destruct (Nat.ltb_spec (ch i) (S q)) as [H|H].
    + unfold ch in *. destruct (on i) eqn:O; [|lia].
      destruct (which_is T (u i) (d i) ltac:(lia)) as [W _]. unfold reached in W.
      destruct (Z.leb_spec (c_rest (nth (which T (u i) (d i)) T none)) (d i)); [apply Z.leb_le in W | discriminate].
      assert (S_ := descending_nth T D (which T (u i) (d i)) q ltac:(lia)). fold e in S_.
      destruct (Z.leb_spec e (d i)); cbn [andb]; lia.
    + destruct (on i) eqn:O; cbn [andb]; [|lia]. specialize (u0 i Hi O). destruct (Z.leb_spec e (d i)); lia.
Qed.
