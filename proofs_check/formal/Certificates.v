(** * The checker of optimality certificates (Checker.v) is right: the proofs of FORMAT.md

    [sound]: an accepted certificate bounds the latency of every schedule, cancellations included,
    from below, and shows one that attains its upper bound. No axioms. *)
Require Import ZArith List Lia Bool Arith.
From KVRatio Require Import Model Totals Cuts.
From KVRatio Require Export Checker.
Import ListNotations.
Open Scope Z_scope.

(** ** Soundness of a leaf *)
Lemma fold_min a l b : In b (a :: l) -> fold_right Z.min a l <= b.
Proof.
  revert b. induction l as [|c l IH]; intros b [->|H]; cbn [fold_right] in *; try lia; [destruct H|..].
  - specialize (IH b (or_introl eq_refl)). lia.
  - destruct H as [->|H]; [lia|]. specialize (IH b (or_intror H)). lia.
Qed.

Lemma fold_max a l : In a l -> a <= fold_right Z.max 0 l.
Proof. induction l; cbn; [tauto|]. intros [->|H]; [lia|]. specialize (IHl H). lia. Qed.

(** a step's prices for weights that are all 0 *)
Lemma pay_nothing step : forall values, Forall (fun w => w = 0) values -> pay values step = 0.
Proof.
  induction step as [|[k p] step IH]; intros values H; cbn [pay]; [reflexivity|].
  assert (S : Forall (fun w => w = 0) (skipn k values)).
  { rewrite <- (firstn_skipn k values) in H. apply Forall_app in H. tauto. }
  destruct S as [|w rest -> S]; [reflexivity|]. rewrite IH by assumption. lia.
Qed.

Lemma skipn_trim k : forall l, skipn k (trim l) = trim (skipn k l).
Proof.
  induction k; intros [|w l]; try reflexivity. cbn [skipn trim]. rewrite <- IHk.
  destruct (trim l); [|reflexivity]. destruct (w =? 0), k; reflexivity.
Qed.

Lemma pay_trim step : forall values, pay (trim values) step = pay values step.
Proof.
  induction step as [|[k p] step IH]; intro values; cbn [pay]; [reflexivity|]. rewrite skipn_trim.
  destruct (skipn k values) as [|w rest]; [reflexivity|]. cbn [trim]. rewrite <- (IH rest).
  destruct (trim rest) as [|v more]; [|reflexivity]. destruct (Z.eqb_spec w 0) as [->|]; [|reflexivity].
  rewrite Z.mul_0_r. destruct step as [|[[|j] q] step]; reflexivity.
Qed.

Lemma earned_total limits prices : earned limits prices = total (length prices) (fun x => pay limits (nth x prices [])).
Proof.
  induction prices as [|step more IH]; [reflexivity|]. cbn [earned fold_right length]. rewrite total_front.
  cbn [nth]. rewrite <- IH. reflexivity.
Qed.

Fixpoint charge (table : list (list Z)) (prices : row) : Z :=
  match table, prices with
  | now :: later, step :: more => pay now step + charge later more
  | _, _ => 0
  end.

Lemma skipn_decode k : forall levels places, skipn k (decode levels places) = decode (skipn k levels) (skipn k places).
Proof.
  induction k; intros levels [|i places]; try reflexivity.
  destruct levels as [|values levels]; cbn [decode skipn]; [destruct (skipn k places); reflexivity | apply IHk].
Qed.

Lemma pay_places_is step : forall levels places, pay_places places (multiples levels step) = pay (decode levels places) step.
Proof.
  induction step as [|[k p] step IH]; intros levels places; cbn [multiples pay]; [reflexivity|].
  rewrite skipn_decode. destruct (skipn k levels) as [|values rest].
  - destruct (skipn k places); reflexivity.
  - cbn [pay_places]. destruct (skipn k places) as [|i more]; cbn [decode]; [reflexivity|]. rewrite IH.
    rewrite <- (map_nth (Z.mul p)). rewrite Z.mul_0_r. reflexivity.
Qed.

Lemma charge_places_is levels tab : forall prices,
  charge_places tab (map (multiples levels) prices) = charge (map (decode levels) tab) prices.
Proof.
  induction tab as [|now later IH]; intros [|step more]; cbn [charge_places charge map]; try reflexivity.
  rewrite pay_places_is, IH. reflexivity.
Qed.

Lemma charge_total (g : nat -> list Z) k : forall prices j,
  (forall i, (j + k <= i)%nat -> Forall (fun w => w = 0) (g i)) ->
  charge (map g (seq j k)) prices = total (length prices) (fun i => pay (g (j + i)%nat) (nth i prices [])).
Proof.
  induction k as [|k IH]; intros prices j H.
  - rewrite (total_ext _ _ (fun _ => 0)); [rewrite total_const; cbn; lia|]. intros i _. apply pay_nothing, H. lia.
  - destruct prices as [|step more]; [reflexivity|]. cbn [seq map charge length]. rewrite total_front, Nat.add_0_r.
    cbn [nth]. f_equal. rewrite IH by (intros; apply H; lia). apply total_ext. intros. do 2 f_equal. lia.
Qed.

Lemma nth_skipn {A} (d : A) t : forall i l, nth i (skipn t l) d = nth (t + i) l d.
Proof. induction t; intros i [|x l]; cbn [skipn Nat.add nth]; try reflexivity; [destruct i; reflexivity | apply IHt]. Qed.

Section Sound.
Variables (M D L : Z) (rs : list request) (ks : list cut).
Hypotheses (ok : sane rs) (D0 : 1 <= D) (prop : forallb (proper M) ks = true).
Local Notation n := (length rs).
Local Notation cs := (constraints rs ks).

Lemma no_weights r t x : (forall k, In k (Budget :: ks) -> weight M k (longest_of rs k) r t x = 0) ->
  Forall (fun w => w = 0) (weights M cs r t x).
Proof.
  intro H. apply Forall_forall. unfold weights, constraints. rewrite map_map. intros w I.
  apply in_map_iff in I. destruct I as (k & <- & I). apply H, I.
Qed.

(** the prices that a request pays are those of what it weighs *)
Lemma charge_is prices r t : 0 <= t -> charge (table M cs r) (skipn (Z.to_nat t) prices) =
  total (length prices) (fun x => pay (weights M cs r t (Z.of_nat x)) (nth x prices [])).
Proof.
  intro T. rewrite (total_skip (Z.to_nat t)).
  - unfold table. rewrite charge_total.
    + rewrite skipn_length. apply total_ext. intros i _. rewrite nth_skipn, pay_trim, Nat.add_0_l. f_equal.
      apply map_ext. intro c. rewrite (weight_shift M (fst c) (snd c) r t). f_equal. lia.
    + intros i H. assert (W := no_weights r 0 (Z.of_nat i)). apply Forall_forall. intros w I.
      assert (F : Forall (fun w => w = 0) (weights M cs r 0 (Z.of_nat i))).
      { apply W. intros k K. apply weight_over.
        assert (R : span M k (longest_of rs k) r <= reach M cs r); [|lia].
        unfold reach, constraints. rewrite map_map. apply fold_max, in_map_iff. exists k. split; [reflexivity | exact K]. }
      clear -F I. induction F as [|a l -> F IH]; [destruct I|]. cbn [trim] in I.
      destruct (trim l); [destruct I|]. destruct I as [->|I]; [reflexivity | apply IH, I].
  - intros i H. apply pay_nothing, no_weights. intros k _. rewrite weight_shift. apply weight_late. lia.
Qed.

(** from the end of the prices on a request pays nothing *)
Lemma charge_late prices tab t : Z.of_nat (length prices) <= t -> charge tab (skipn (Z.to_nat t) prices) = 0.
Proof. intro H. rewrite skipn_all2 by lia. destruct tab; reflexivity. Qed.

Lemma least_le charged horizon r w t : (forall s, Z.of_nat horizon <= s -> charged s = 0) ->
  fst w <= t -> (forall h, snd w = Some h -> t <= h) -> least D charged horizon r w <= cost D charged r t.
Proof.
  intros Late Ht Hh. unfold least. set (lo := fst w) in *. set (last := Z.max lo (Z.of_nat horizon)).
  set (final := match snd w with None => last | Some h => Z.min h last end).
  assert (A : forall s, lo <= s <= final ->
    fold_right Z.min (cost D charged r lo) (map (fun k => cost D charged r (lo + Z.of_nat k))
      (seq 0 (Z.to_nat (final - lo) + 1))) <= cost D charged r s).
  { intros s H. apply fold_min. right. apply in_map_iff. exists (Z.to_nat (s - lo)).
    split; [f_equal; lia | apply in_seq; lia]. }
  destruct (Z.le_gt_cases t final) as [|G]; [apply A; lia|].
  assert (F : final = last).
  { unfold final in *. destruct (snd w) as [h|]; [specialize (Hh h eq_refl); lia | reflexivity]. }
  transitivity (cost D charged r last); [apply A; unfold last in *; lia|].
  unfold cost. rewrite !Late by (unfold last in *; lia). nia.
Qed.

Section Plain.
Variable t : nat -> Z.
Local Notation late := (total n (fun i => t i + output (pick rs i) - arrival (pick rs i))).
Hypothesis fits : forall x,
  total n (fun i => holds (pick rs i) (t i) (t i + output (pick rs i)) x) <= M.

Hypothesis begun : forall i, (i < n)%nat -> 0 <= t i.

Lemma charges prices : nonnegative prices = true ->
  total n (fun i => charge (table M cs (pick rs i)) (skipn (Z.to_nat (t i)) prices)) <= earned (limits_of M cs) prices.
Proof.
  intro N. rewrite earned_total.
  rewrite (total_ext n _ (fun i => total (length prices) (fun x =>
    pay (weights M cs (pick rs i) (t i) (Z.of_nat x)) (nth x prices [])))) by (intros; apply charge_is, begun; assumption).
  rewrite total_exchange. apply total_le. intros x Hx. unfold nonnegative in N. rewrite forallb_forall in N.
  specialize (N _ (nth_In prices [] Hx)). revert N.
  rewrite (total_ext n _ (fun i => pay (map (fun k => weight M k (longest_of rs k) (pick rs i) (t i) (Z.of_nat x))
    (Budget :: ks)) (nth x prices []))) by (intros; unfold weights, constraints; rewrite map_map; reflexivity).
  unfold limits_of, constraints. rewrite map_map. cbn [fst snd].
  assert (P : Forall (fun k => proper M k = true) (Budget :: ks)).
  { constructor; [reflexivity|]. apply Forall_forall, forallb_forall, prop. }
  revert P. generalize (Budget :: ks). induction (nth x prices []) as [|[k p] step IH]; intros l P N; cbn [pay].
  - rewrite total_const. lia.
  - cbn [forallb snd] in N. apply andb_true_iff in N. destruct N as [p0 N]. apply Z.leb_le in p0.
    rewrite (total_ext n _ (fun i => match map (fun k => weight M k (longest_of rs k) (pick rs i) (t i) (Z.of_nat x)) (skipn k l)
      with [] => 0 | w :: rest => p * w + pay rest step end)) by (intros; rewrite <- skipn_map; reflexivity).
    rewrite skipn_map. rewrite <- (firstn_skipn k l) in P. apply Forall_app in P. destruct P as [_ P].
    destruct P as [|c rest Pc P]; cbn [map].
    + rewrite total_const. lia.
    + rewrite total_add, total_scal. apply Z.add_le_mono; [|apply IH; assumption].
      apply Z.mul_le_mono_nonneg_l; [exact p0|]. apply keeps; assumption.
Qed.

Definition inside (case : list window) : Prop := forall i, (i < n)%nat ->
  fst (at_window case i) <= t i /\ forall h, snd (at_window case i) = Some h -> t i <= h.

Variables (levels : list (list Z)) (tables : list (list (list nat))).
Hypothesis decoded : map (map (decode levels)) tables = map (table M cs) rs.

Lemma tables_nth i : (i < n)%nat -> map (decode levels) (nth i tables []) = table M cs (pick rs i).
Proof.
  intro H. change (@nil Z) with (decode levels []). rewrite <- (map_nth (map (decode levels))), decoded. unfold pick.
  rewrite <- (map_nth (table M cs)). apply nth_indep. rewrite map_length. exact H.
Qed.

Lemma close_sound prices case :
  close D L rs levels tables (limits_of M cs) prices case = true -> inside case -> L <= late.
Proof.
  unfold close. intros H I. apply andb_true_iff in H. destruct H as [N B]. apply Z.ltb_lt in B.
  assert (C := charges prices N).
  set (charged := fun i t => charge_places (nth i tables []) (skipn (Z.to_nat t) (map (multiples levels) prices))) in *.
  assert (E : forall i s, (i < n)%nat -> charged i s = charge (table M cs (pick rs i)) (skipn (Z.to_nat s) prices)).
  { intros i s Hi. unfold charged. rewrite skipn_map, charge_places_is, tables_nth by assumption. reflexivity. }
  assert (A : total n (fun i => least D (charged i) (length prices) (pick rs i) (at_window case i)) <=
    total n (fun i => cost D (charged i) (pick rs i) (t i))).
  { apply total_le. intros i Hi. destruct (I i Hi). apply least_le; try assumption.
    intros s S. rewrite E by assumption. apply charge_late, S. }
  unfold cost in A. rewrite total_add, total_scal in A.
  rewrite (total_ext n (fun i => charged i (t i)) (fun i => charge (table M cs (pick rs i)) (skipn (Z.to_nat (t i)) prices)))
    in A by (intros; apply E; assumption).
  change (D * (L - 1) < total n (fun i => least D (charged i) (length prices) (pick rs i) (at_window case i)) -
    earned (limits_of M cs) prices) in B. nia.
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

Lemma walk_sound rows nodes : forall cases, walk D L rs levels tables (limits_of M cs) rows nodes cases = true ->
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
  destruct H as [[[[[[[S V] U] LU] D1] P] E0] W].
  unfold equal in E0. destruct (list_eq_dec _ _ _) as [Dec|]; [clear E0 | discriminate].
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
    assert (Begun : forall i, (i < length rs)%nat -> 0 <= t' i).
    { intros i Hi. destruct (sane_pick rs ok i Hi) as (_ & _ & a0). specialize (P1 i Hi). lia. }
    change (tel rs sch) with (latency rs t). rewrite <- E.
    apply (walk_sound M (scale c) (lower c) rs (cuts c) ok D1 P t' P2 Begun _ _ Dec O (prices c) (tree c) _ W).
    eexists. split; [left; reflexivity|]. intros i Hi. fold rs. unfold at_window.
    rewrite (nth_indep _ _ (open rs 0)) by (rewrite map_length, seq_length; assumption).
    rewrite map_nth, seq_nth by assumption. cbn [open fst snd Nat.add].
    split; [apply P1, Hi | discriminate].
  - exists (run_of (schedule c)). split; [apply valid_ok; assumption | assumption].
Qed.
