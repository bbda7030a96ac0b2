(** * A verified checker of optimality certificates, version 1 (FORMAT.md)

    [sound]: an accepted certificate bounds the latency of every schedule, cancellations included,
    from below, and shows one that attains its upper bound. No axioms. *)
Require Import ZArith List Lia Bool Arith.
From KVRatio Require Import Model Totals Cuts.
Import ListNotations.
Open Scope Z_scope.

(** ** Certificates: a row prices constraint c (0 the budget) in step x at p, all told *)
Inductive node := Split (i : nat) (s : Z) | Leaf (row : nat).
Record certificate := Certificate {
  memory : Z; requests : list request; schedule : list run; lower : Z; upper : Z; scale : Z;
  cuts : list cut; prices : list (list (nat * Z * Z)); tree : list node }.

(** ** The checker *)
Section Leaf.
Variables (M D : Z) (cs : list (cut * Z)) (row : list (nat * Z * Z)).
Definition constraint (c : nat) : cut * Z := nth c cs (Budget, 0).
Definition priced_weight (e : nat * Z * Z) (r : request) (t : Z) : Z :=
  match e with (c, x, p) => p * weight M (fst (constraint c)) (snd (constraint c)) r t x end.
Definition charge (r : request) (t : Z) : Z := fold_right Z.add 0 (map (fun e => priced_weight e r t) row).
Definition earned : Z :=
  fold_right Z.add 0 (map (fun e => match e with (c, x, p) => p * limit M (fst (constraint c)) end) row).
Definition cost (r : request) (t : Z) : Z := D * (t + output r - arrival r) + charge r t.
Definition horizon : Z := fold_right Z.max 0 (map (fun e => match e with (_, x, _) => x + 1 end) row).
Definition least (H : Z) (r : request) (w : Z * option Z) : Z :=
  let lo := fst w in let last := Z.max lo H in
  let last := match snd w with None => last | Some h => Z.min h last end in
  fold_right Z.min (cost r lo) (map (fun k => cost r (lo + Z.of_nat k)) (seq 0 (Z.to_nat (last - lo) + 1))).
Definition nonnegative : bool := forallb (fun e => match e with (_, _, p) => 0 <=? p end) row.
End Leaf.

Definition same (a b : request) : bool :=
  (prompt a =? prompt b) && (output a =? output b) && (arrival a =? arrival b).
Definition window := (Z * option Z)%type.
Definition at_window (l : list window) (i : nat) : window := nth i l (0, None).
Definition earlier (s : Z) (w : window) : window :=
  (fst w, Some match snd w with None => s | Some h => Z.min h s end).
Definition later (s : Z) (w : window) : window := (Z.max (fst w) (s + 1), snd w).
Definition change (n : nat) (on : nat -> bool) (f : window -> window) (l : list window) : list window :=
  map (fun j => if on j then f (at_window l j) else at_window l j) (seq 0 n).

Section Tree.
Variables (M D L : Z) (rs : list request) (cs : list (cut * Z)) (rows : list (list (nat * Z * Z))).
Local Notation n := (length rs).
Definition close (row : list (nat * Z * Z)) (case : list window) : bool :=
  let H := horizon row in
  nonnegative row &&
  (D * (L - 1) <? total n (fun i => least M D cs row H (pick rs i) (at_window case i)) - earned M cs row).
Fixpoint walk (nodes : list node) (cases : list (list window)) : bool :=
  match nodes, cases with
  | [], [] => true
  | Leaf p :: more, case :: others =>
      (p <? length rows)%nat && close (nth p rows []) case && walk more others
  | Split i s :: more, case :: others =>
      (i <? n)%nat && (fst (at_window case i) <=? s) &&
      match snd (at_window case i) with None => true | Some h => s <? h end &&
      walk more
        (change n (fun j => (j <=? i)%nat && same (pick rs j) (pick rs i)) (earlier s) case ::
         change n (fun j => (i <=? j)%nat && same (pick rs j) (pick rs i)) (later s) case :: others)
  | _, _ => false
  end.
End Tree.

(** ** A schedule is checked step by step up to its end *)
Definition sane_b (rs : list request) : bool :=
  forallb (fun r => (0 <=? prompt r) && (1 <=? output r) && (0 <=? arrival r)) rs.
Fixpoint attempts_b (r : request) (free : Z) (l : list (Z * Z)) (last : Z) : bool :=
  match l with
  | [] => free <=? last
  | (a, b) :: more => (free <=? a) && (a <? b) && (b - a <? output r) && attempts_b r b more last
  end.
Definition run_of (sch : list run) (i : nat) : run := nth i sch (Run [] 0).
Definition finish (rs : list request) (sch : list run) : Z :=
  most (length rs) (fun i => start (run_of sch i) + output (pick rs i)).
Definition valid_b (M : Z) (rs : list request) (sch : list run) : bool :=
  (0 <=? M) &&
  forallb (fun i => attempts_b (pick rs i) (arrival (pick rs i)) (cancelled (run_of sch i)) (start (run_of sch i)))
    (seq 0 (length rs)) &&
  forallb (fun k => total (length rs) (fun i => usage (pick rs i) (run_of sch i) (Z.of_nat k)) <=? M)
    (seq 0 (Z.to_nat (finish rs sch))).

Definition constraints (rs : list request) (ks : list cut) : list (cut * Z) :=
  map (fun k => (k, longest_of rs k)) (Budget :: ks).
Definition open (rs : list request) (i : nat) : window := (arrival (pick rs i), None).
Definition check (c : certificate) : bool :=
  let rs := requests c in let cs := constraints rs (cuts c) in
  sane_b rs && valid_b (memory c) rs (schedule c) && (tel rs (run_of (schedule c)) =? upper c) &&
  (lower c <=? upper c) && (1 <=? scale c) && forallb (proper (memory c)) (cuts c) &&
  walk (memory c) (scale c) (lower c) rs cs (prices c) (tree c)
    [map (open rs) (seq 0 (length rs))].

(** ** Soundness of a leaf *)
Lemma fold_min a l b : In b (a :: l) -> fold_right Z.min a l <= b.
Proof.
  revert b. induction l as [|c l IH]; intros b [->|H]; cbn [fold_right] in *; try lia; [destruct H|..].
  - specialize (IH b (or_introl eq_refl)). lia.
  - destruct H as [->|H]; [lia|]. specialize (IH b (or_intror H)). lia.
Qed.

Lemma fold_max a l : In a l -> a <= fold_right Z.max 0 l.
Proof. induction l; cbn; [tauto|]. intros [->|H]; [lia|]. specialize (IHl H). lia. Qed.

Lemma fold_add_zero {A} (f : A -> Z) l : (forall a, In a l -> f a = 0) -> fold_right Z.add 0 (map f l) = 0.
Proof.
  induction l; intro H; cbn; [reflexivity|]. rewrite (H a) by (left; reflexivity).
  rewrite IHl by (intros; apply H; right; assumption). reflexivity.
Qed.

Section Sound.
Variables (M D L : Z) (rs : list request) (ks : list cut).
Hypotheses (ok : sane rs) (D0 : 1 <= D) (prop : forallb (proper M) ks = true).
Local Notation n := (length rs).
Local Notation cs := (constraints rs ks).

Lemma constraint_of c : exists k, proper M k = true /\ constraint cs c = (k, longest_of rs k).
Proof.
  unfold constraint, constraints. change (Budget, 0) with ((fun k => (k, longest_of rs k)) Budget). rewrite map_nth.
  exists (nth c (Budget :: ks) Budget). split; [|reflexivity].
  destruct c as [|c]; [reflexivity|]. cbn [nth]. destruct (lt_dec c (length ks)) as [H|H].
  - rewrite forallb_forall in prop. apply prop, nth_In, H.
  - rewrite nth_overflow by lia. reflexivity.
Qed.

(** from the horizon on a request pays nothing *)
Lemma charge_late row r t : horizon row <= t -> charge M cs row r t = 0.
Proof.
  intro H. apply fold_add_zero. intros [[c x] p] I. cbn [priced_weight].
  destruct (constraint_of c) as (k & _ & ->). cbn [fst snd].
  assert (x + 1 <= horizon row) by (apply fold_max, in_map_iff; exists (c, x, p); tauto).
  rewrite weight_late by lia. lia.
Qed.

Lemma least_le row r w t : fst w <= t -> (forall h, snd w = Some h -> t <= h) ->
  least M D cs row (horizon row) r w <= cost M D cs row r t.
Proof.
  intros Ht Hh. unfold least. set (lo := fst w) in *. set (last := Z.max lo (horizon row)).
  set (final := match snd w with None => last | Some h => Z.min h last end).
  assert (A : forall s, lo <= s <= final ->
    fold_right Z.min (cost M D cs row r lo) (map (fun k => cost M D cs row r (lo + Z.of_nat k))
      (seq 0 (Z.to_nat (final - lo) + 1))) <= cost M D cs row r s).
  { intros s H. apply fold_min. right. apply in_map_iff. exists (Z.to_nat (s - lo)).
    split; [f_equal; lia | apply in_seq; lia]. }
  destruct (Z.le_gt_cases t final) as [|G]; [apply A; lia|].
  assert (F : final = last).
  { unfold final in *. destruct (snd w) as [h|]; [specialize (Hh h eq_refl); lia | reflexivity]. }
  transitivity (cost M D cs row r last); [apply A; unfold last in *; lia|].
  unfold cost. rewrite !charge_late by (unfold last in *; lia). nia.
Qed.

Section Plain.
Variable t : nat -> Z.
Local Notation late := (total n (fun i => t i + output (pick rs i) - arrival (pick rs i))).
Hypothesis fits : forall x,
  total n (fun i => holds (pick rs i) (t i) (t i + output (pick rs i)) x) <= M.

Lemma charges row : nonnegative row = true -> total n (fun i => charge M cs row (pick rs i) (t i)) <= earned M cs row.
Proof.
  unfold charge, earned. induction row as [|[[c x] p] row IH]; cbn [map fold_right nonnegative forallb]; intro N.
  - rewrite total_const. lia.
  - apply andb_true_iff in N. destruct N as [P N]. apply Z.leb_le in P.
    rewrite total_add. specialize (IH N). cbn [priced_weight].
    destruct (constraint_of c) as (k & K & ->). cbn [fst snd]. rewrite total_scal.
    assert (B := keeps M rs t ok fits k x K). nia.
Qed.

Definition inside (case : list window) : Prop := forall i, (i < n)%nat ->
  fst (at_window case i) <= t i /\ forall h, snd (at_window case i) = Some h -> t i <= h.

Lemma close_sound row case : close M D L rs cs row case = true -> inside case -> L <= late.
Proof.
  unfold close. intros H I. apply andb_true_iff in H. destruct H as [N B]. apply Z.ltb_lt in B.
  assert (C := charges row N).
  assert (A : total n (fun i => least M D cs row (horizon row) (pick rs i) (at_window case i)) <=
    total n (fun i => cost M D cs row (pick rs i) (t i))).
  { apply total_le. intros i Hi. destruct (I i Hi). apply least_le; assumption. }
  unfold cost in A. rewrite total_add, total_scal in A. nia.
Qed.

(** ** Soundness of the tree, for schedules that start equal requests in order *)
Hypothesis ordered : forall i j, (j < n)%nat -> (i <= j)%nat -> same (pick rs i) (pick rs j) = true -> t i <= t j.

Lemma at_change on f case i : (i < n)%nat ->
  at_window (change n on f case) i = if on i then f (at_window case i) else at_window case i.
Proof.
  intro H. unfold at_window at 1, change.
  rewrite (nth_indep _ _ ((fun j => if on j then f (at_window case j) else at_window case j) 0%nat))
    by (rewrite map_length, seq_length; assumption).
  rewrite (map_nth (fun j => if on j then f (at_window case j) else at_window case j)), seq_nth by assumption.
  reflexivity.
Qed.

Lemma same_sym a b : same a b = true -> same b a = true.
Proof. unfold same. rewrite !andb_true_iff, !Z.eqb_eq. lia. Qed.

Lemma walk_sound rows nodes : forall cases, walk M D L rs cs rows nodes cases = true ->
  (exists case, In case cases /\ inside case) -> L <= late.
Proof.
  induction nodes as [|[i s|p] nodes IH]; intros [|case others] W (k & K & I); cbn [walk] in W;
    try discriminate; try destruct K.
  - subst k. rewrite !andb_true_iff, Nat.ltb_lt in W. destruct W as [[[Hi _] _] W].
    apply (IH _ W). destruct (Z.le_gt_cases (t i) s) as [Q|Q].
    + eexists. split; [left; reflexivity|]. intros j Hj. rewrite at_change by assumption.
      destruct (I j Hj) as [I1 I2]. destruct ((j <=? i)%nat && same (pick rs j) (pick rs i)) eqn:E;
        [|split; assumption].
      apply andb_true_iff in E. destruct E as [E1 E2]. apply Nat.leb_le in E1.
      assert (t j <= t i) by (apply ordered; assumption). split; [exact I1|].
      cbn [earlier snd]. intros h Eh. injection Eh as <-.
      destruct (snd (at_window case j)) as [g|]; [specialize (I2 g eq_refl)|]; lia.
    + eexists. split; [right; left; reflexivity|]. intros j Hj. rewrite at_change by assumption.
      destruct (I j Hj) as [I1 I2]. destruct ((i <=? j)%nat && same (pick rs j) (pick rs i)) eqn:E;
        [|split; assumption].
      apply andb_true_iff in E. destruct E as [E1 E2]. apply Nat.leb_le in E1.
      assert (t i <= t j) by (apply ordered; [assumption | assumption | apply same_sym, E2]).
      split; [cbn [later fst]; lia | exact I2].
  - rewrite !andb_true_iff in W. destruct W as [_ W]. apply (IH _ W). exists k.
    split; [right; right; assumption | assumption].
  - subst k. rewrite !andb_true_iff in W. destruct W as [[_ W] _]. apply (close_sound _ _ W I).
  - rewrite !andb_true_iff in W. destruct W as [_ W]. apply (IH _ W). exists k. tauto.
Qed.
End Plain.

(** ** Equal requests may be taken in order: exchanging an inversion increases sum of i t_i *)
Definition plain (t : nat -> Z) : Prop :=
  (forall i, (i < n)%nat -> arrival (pick rs i) <= t i) /\
  (forall x, total n (fun i => holds (pick rs i) (t i) (t i + output (pick rs i)) x) <= M).
Definition latency (t : nat -> Z) : Z := total n (fun i => t i + output (pick rs i) - arrival (pick rs i)).
Definition inversion (t : nat -> Z) (p : nat * nat) : bool :=
  (fst p <? snd p)%nat && same (pick rs (fst p)) (pick rs (snd p)) && (t (snd p) <? t (fst p)).

Lemma same_eq a b : same a b = true -> a = b.
Proof.
  unfold same. rewrite !andb_true_iff, !Z.eqb_eq. destruct a, b; cbn. intros [[-> ->] ->]. reflexivity.
Qed.

Lemma ordering k : forall t B, (forall i, (i < n)%nat -> 0 <= t i <= B) ->
  Z.of_nat n * Z.of_nat n * B - total n (fun i => Z.of_nat i * t i) < Z.of_nat k -> plain t ->
  exists t', plain t' /\ latency t' = latency t /\
    forall i j, (j < n)%nat -> (i <= j)%nat -> same (pick rs i) (pick rs j) = true -> t' i <= t' j.
Proof.
  induction k; intros t B HB Hk P.
  - exfalso. assert (total n (fun i => Z.of_nat i * t i) <= total n (fun _ => Z.of_nat n * B)).
    { apply total_le. intros i Hi. specialize (HB i Hi). nia. }
    rewrite total_const in H. lia.
  - destruct (find (inversion t) (list_prod (seq 0 n) (seq 0 n))) as [[i j]|] eqn:F.
    + apply find_some in F. destruct F as [I V]. apply in_prod_iff in I. rewrite !in_seq in I.
      unfold inversion in V. cbn [fst snd] in V. rewrite !andb_true_iff, Nat.ltb_lt, Z.ltb_lt in V.
      destruct V as [[V1 V2] V3]. apply same_eq in V2.
      set (t' := upd (upd t i (t j)) j (t i)).
      assert (Sw : forall F : nat -> Z -> Z, (forall v, F i v = F j v) ->
        total n (fun a => F a (t' a)) = total n (fun a => F a (t a))).
      { intros F E. apply total_swap; lia || assumption. }
      destruct (IHk t' B) as (t2 & Q & E & O).
      * intros a Ha. unfold t', upd. assert (X := HB i ltac:(lia)). assert (Y := HB j ltac:(lia)).
        specialize (HB a Ha). destruct (a =? j)%nat, (a =? i)%nat; lia.
      * unfold t'. rewrite (total_upd (fun a v => Z.of_nat a * v)) by lia.
        rewrite (total_upd (fun a v => Z.of_nat a * v)) by lia. unfold upd.
        destruct (Nat.eqb_spec j i); [lia|]. nia.
      * destruct P as [P1 P2]. split.
        -- intros a Ha. unfold t', upd. assert (X := P1 i ltac:(lia)). assert (Y := P1 j ltac:(lia)).
           specialize (P1 a Ha). destruct (Nat.eqb_spec a j), (Nat.eqb_spec a i); subst; rewrite ?V2 in *; lia.
        -- intro x. rewrite (Sw (fun a v => holds (pick rs a) v (v + output (pick rs a)) x)); [apply P2|].
           intro; rewrite V2; reflexivity.
      * exists t2. split; [assumption|]. split; [|assumption]. rewrite E. unfold latency.
        apply (Sw (fun a v => v + output (pick rs a) - arrival (pick rs a))). intro; rewrite V2; reflexivity.
    + exists t. split; [assumption|]. split; [reflexivity|]. intros i j Hj Hij S_.
      destruct (Nat.eq_dec i j) as [->|N]; [lia|]. destruct (Z.le_gt_cases (t i) (t j)) as [|G]; [assumption|].
      assert (X : inversion t (i, j) = false) by (apply (find_none _ _ F), in_prod; apply in_seq; lia).
      unfold inversion in X. cbn [fst snd] in X. rewrite S_ in X.
      destruct (Nat.ltb_spec i j), (Z.ltb_spec (t j) (t i)); cbn in X; lia || discriminate.
Qed.
End Sound.

(** ** Cancelling does not help: the last attempts alone are a plain schedule *)
Lemma attempts_start r l : forall free last, 0 <= output r -> attempts r free l last -> free <= last.
Proof.
  induction l as [|[a b] l IH]; intros free last O H; cbn in H; [assumption|].
  destruct H as (A & _ & H). specialize (IH b last O H). lia.
Qed.

Lemma holds_nonneg r a b x : 0 <= prompt r -> 0 <= holds r a b x.
Proof. intro. unfold holds. destruct (Z.leb_spec a x), (Z.ltb_spec x b); cbn [andb]; lia. Qed.

Lemma cancelled_nonneg r l x : 0 <= prompt r ->
  0 <= fold_right Z.add 0 (map (fun c => holds r (fst c) (snd c) x) l).
Proof.
  intro H. induction l as [|c l IH]; cbn [map fold_right]; [lia|].
  assert (A := holds_nonneg r (fst c) (snd c) x H). lia.
Qed.

Lemma starts_plain M rs sch : sane rs -> valid M rs sch -> plain M rs (fun i => start (sch i)).
Proof.
  intros ok [V1 V2]. split.
  - intros i Hi. destruct (sane_pick rs ok i Hi) as (_ & o1 & _).
    apply (attempts_start (pick rs i) (cancelled (sch i))); [lia | apply V1, Hi].
  - intro x. etransitivity; [|apply (V2 x)]. apply total_le. intros i Hi. unfold usage.
    destruct (sane_pick rs ok i Hi) as (s0 & _). assert (A := cancelled_nonneg (pick rs i) (cancelled (sch i)) x s0).
    lia.
Qed.

(** ** The schedule of the upper bound *)
Lemma sane_ok rs : sane_b rs = true -> sane rs.
Proof.
  unfold sane_b. rewrite forallb_forall. intros H r I. specialize (H r I).
  rewrite !andb_true_iff, !Z.leb_le in H. lia.
Qed.

Lemma attempts_ok r l : forall free last, attempts_b r free l last = true -> attempts r free l last.
Proof.
  induction l as [|[a b] l IH]; intros free last H; cbn in *; [apply Z.leb_le, H|].
  rewrite !andb_true_iff, Z.leb_le, !Z.ltb_lt in H. destruct H as [[[A B] C] E].
  split; [lia|]. split; [assumption | apply IH, E].
Qed.

(** nothing is held before the first attempt or from the end on *)
Lemma attempts_outside r l x : forall free last, attempts r free l last ->
  x < free \/ last <= x -> fold_right Z.add 0 (map (fun c => holds r (fst c) (snd c) x) l) = 0.
Proof.
  intros free last. revert free. induction l as [|[a b] l IH]; intros free H X; [reflexivity|].
  cbn [attempts] in H. destruct H as (A & O & H). cbn [map fold_right fst snd].
  rewrite (IH b H) by (destruct X; [left|right]; lia).
  assert (b <= last).
  { clear - H. revert b H. induction l as [|[c d] l IH]; intros b H; cbn in H; [assumption|].
    destruct H as (A & _ & H). specialize (IH d H). lia. }
  unfold holds. destruct (Z.leb_spec a x), (Z.ltb_spec x b); cbn [andb]; lia.
Qed.

Lemma valid_ok M rs sch : sane rs -> valid_b M rs sch = true -> valid M rs (run_of sch).
Proof.
  intros ok H. unfold valid_b in H. rewrite !andb_true_iff, !forallb_forall, Z.leb_le in H.
  destruct H as [[M0 A] B].
  assert (V : forall i, (i < length rs)%nat -> attempts (pick rs i) (arrival (pick rs i))
    (cancelled (run_of sch i)) (start (run_of sch i))).
  { intros i Hi. apply attempts_ok, A, in_seq. lia. }
  split; [exact V|]. intro x.
  assert (Out : x < 0 \/ finish rs sch <= x ->
    total (length rs) (fun i => usage (pick rs i) (run_of sch i) x) <= M).
  { intro X. transitivity (total (length rs) (fun _ => 0)); [|rewrite total_const; lia].
    apply total_le. intros i Hi. destruct (sane_pick rs ok i Hi) as (_ & o1 & a0).
    assert (F := most_ge (length rs) (fun i => start (run_of sch i) + output (pick rs i)) i Hi).
    cbv beta in F. fold (finish rs sch) in F. specialize (V i Hi).
    assert (T := attempts_start (pick rs i) _ _ _ ltac:(lia) V). unfold usage.
    rewrite (attempts_outside _ _ x _ _ V) by lia. unfold holds.
    destruct (Z.leb_spec (start (run_of sch i)) x),
      (Z.ltb_spec x (start (run_of sch i) + output (pick rs i))); cbn [andb]; lia. }
  destruct (Z.lt_ge_cases x 0); [apply Out; lia|].
  destruct (Z.le_gt_cases (finish rs sch) x); [apply Out; lia|].
  specialize (B (Z.to_nat x) ltac:(apply in_seq; lia)). rewrite Z2Nat.id in B by lia. apply Z.leb_le, B.
Qed.

(** ** The theorem *)
Theorem sound c : check c = true ->
  (forall sch, valid (memory c) (requests c) sch -> lower c <= tel (requests c) sch) /\
  (exists sch, valid (memory c) (requests c) sch /\ tel (requests c) sch = upper c).
Proof.
  intro H. unfold check in H. rewrite !andb_true_iff, !Z.leb_le, Z.eqb_eq in H.
  destruct H as [[[[[[S V] U] LU] D1] P] W].
  assert (ok := sane_ok _ S). set (rs := requests c) in *. set (M := memory c) in *. split.
  - intros sch Vs. set (t := fun i => start (sch i)).
    assert (Pl : plain M rs t) by (apply starts_plain; assumption).
    set (B := total (length rs) (fun i => Z.abs (t i))).
    assert (HB : forall i, (i < length rs)%nat -> 0 <= t i <= B).
    { intros i Hi. destruct (sane_pick rs ok i Hi) as (_ & _ & a0). assert (A := proj1 Pl i Hi). split; [lia|].
      transitivity (Z.abs (t i)); [lia|]. apply (total_at_most (length rs) (fun i => Z.abs (t i)) i Hi). lia. }
    destruct (ordering M rs
      (Z.to_nat (Z.of_nat (length rs) * Z.of_nat (length rs) * B
                 - total (length rs) (fun i => Z.of_nat i * t i)) + 1) t B HB ltac:(lia) Pl)
      as (t' & [P1 P2] & E & O).
    change (tel rs sch) with (latency rs t). rewrite <- E.
    apply (walk_sound M (scale c) (lower c) rs (cuts c) ok D1 P t' P2 O (prices c) (tree c) _ W).
    eexists. split; [left; reflexivity|]. intros i Hi. fold rs. unfold at_window.
    rewrite (nth_indep _ _ (open rs 0)) by (rewrite map_length, seq_length; assumption).
    rewrite map_nth, seq_nth by assumption. cbn [open fst snd Nat.add].
    split; [apply P1, Hi | discriminate].
  - exists (run_of (schedule c)). split; [apply valid_ok; assumption | assumption].
Qed.
