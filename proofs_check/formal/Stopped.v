(** * Preemption that keeps the tokens, on finite instances: the area bound holds, and it can help

    Let C_j be the number of steps in which j is unfinished. In the first C_j steps those with C_i <=
    C_j have had their whole volume, as they make their tokens before step C_i. *)
Require Import ZArith List Bool Lia Arith Reals Lra.
From KVRatio Require Import Model Policies Totals Cuts Certificates Lists.
Import ListNotations.
Open Scope Z_scope.

Section Kept.
Variables (M : Z) (rs : list request) (steps : list (list nat)).
Hypothesis ok : sane rs.
Hypothesis good : keeps_tokens M rs steps.
Local Notation n := (length rs).
Local Notation T := (length steps).
Local Notation req i := (pick rs i).

Lemma made_S i x : made steps i (S x) = made steps i x + (if runs steps i x then 1 else 0).
Proof. reflexivity. Qed.

Lemma made_grows i x y : (x <= y)%nat -> made steps i x <= made steps i y.
Proof. induction 1; [lia|]. rewrite made_S. destruct (runs steps i m); lia. Qed.

Lemma made_nonneg i x : 0 <= made steps i x.
Proof. assert (A := made_grows i 0 x ltac:(lia)). exact A. Qed.

(** what it has held: s + 1 + ... + s + made *)
Lemma held i x : 2 * total x (fun y => if runs steps i y then prompt (req i) + made steps i y + 1 else 0)
  = made steps i x * (2 * prompt (req i) + made steps i x + 1).
Proof.
  induction x; [reflexivity|]. cbn [total]. rewrite made_S. destruct (runs steps i x); nia.
Qed.

(** the steps before it is complete *)
Definition unfinished (i x : nat) : bool := made steps i x <? output (req i).
Definition done (i : nat) : nat := Z.to_nat (total T (fun x => if unfinished i x then 1 else 0)).

Lemma unfinished_first i X : (exists c, (c <= X)%nat /\ total X (fun x => if unfinished i x then 1 else 0) = Z.of_nat c /\
  (forall x, (x < X)%nat -> unfinished i x = true <-> (x < c)%nat)).
Proof.
  induction X as [|X (c & Hc & E & F)]; [exists 0%nat; split; [lia|]; split; [reflexivity|]; intros; lia|].
  cbn [total]. rewrite E. destruct (unfinished i X) eqn:U.
  - assert (c = X).
    { destruct (Nat.eq_dec c X) as [|N]; [assumption|]. exfalso.
      assert (V : unfinished i c = true).
      { unfold unfinished in *. apply Z.ltb_lt in U. apply Z.ltb_lt. assert (G := made_grows i c X ltac:(lia)). lia. }
      apply F in V; lia. }
    subst c. exists (S X). split; [lia|]. split; [lia|]. intros x Hx. split; [lia|]. intros _.
    destruct (Nat.eq_dec x X); [subst; assumption | apply F; lia].
  - exists c. split; [lia|]. split; [lia|]. intros x Hx. destruct (Nat.eq_dec x X) as [->|N].
    + rewrite U. split; [discriminate | lia].
    + apply F. lia.
Qed.

Lemma done_facts i : (i < n)%nat -> (done i <= T)%nat /\ made steps i (done i) = output (req i) /\
  Z.of_nat (done i) = total T (fun x => if unfinished i x then 1 else 0).
Proof.
  intro H. destruct (unfinished_first i T) as (c & Hc & E & F). unfold done. rewrite E, Nat2Z.id.
  split; [assumption|]. split; [|reflexivity]. destruct good as [_ G]. specialize (G i H).
  assert (Up := made_grows i c T Hc). rewrite G in Up.
  destruct (Nat.eq_dec c T) as [->|N]; [exact G|].
  destruct (unfinished i c) eqn:U; [apply F in U; lia|]. unfold unfinished in U. apply Z.ltb_ge in U. lia.
Qed.

Lemma tel_done : kept_tel rs steps = total n (fun j => Z.of_nat (done j)).
Proof.
  unfold kept_tel. rewrite total_exchange. apply total_ext. intros i H. symmetry. apply done_facts, H.
Qed.

Lemma volumes_before j : (j < n)%nat ->
  total n (fun i => if (done i <=? done j)%nat then twice (req i) else 0) <= 2 * (M * Z.of_nat (done j)).
Proof.
  intro H. destruct (done_facts j H) as (Hj & _ & _). destruct good as [G _].
  assert (A : total (done j) (fun x => total n (fun i => if runs steps i x then prompt (req i) + made steps i x + 1 else 0))
    <= M * Z.of_nat (done j)).
  { transitivity (total (done j) (fun _ => M)); [apply total_le; intros; apply G; lia|].
    rewrite total_const, Z.mul_comm. apply Z.le_refl. }
  rewrite total_exchange in A.
  transitivity (2 * total n (fun i => total (done j) (fun x => if runs steps i x then prompt (req i) + made steps i x + 1 else 0))); [|lia].
  rewrite <- total_scal. apply total_le. intros i Hi. rewrite held.
  destruct (sane_pick rs ok i Hi) as (S0 & O & _). assert (P := made_nonneg i (done j)).
  destruct (Nat.leb_spec (done i) (done j)) as [L|_]; [|nia].
  assert (U := made_grows i _ _ L). destruct (done_facts i Hi) as (_ & E & _). rewrite E in U.
  unfold twice. nia.
Qed.

Theorem kept_pairs :
  total n (fun j => twice (req j) + total j (fun i => Z.min (twice (req i)) (twice (req j)))) <= 2 * (M * kept_tel rs steps).
Proof.
  rewrite tel_done, <- !total_scal.
  transitivity (total n (fun j => total n (fun i => if (done i <=? done j)%nat then twice (req i) else 0))).
  - rewrite (total_pairs n (fun i j => if (done i <=? done j)%nat then twice (req i) else 0)).
    apply total_le. intros j H. rewrite Nat.leb_refl. apply Z.add_le_mono_l. apply total_le. intros i Hi.
    assert (P : forall k, (k < n)%nat -> 0 <= twice (req k)).
    { intros k K. destruct (sane_pick rs ok k K) as (S0 & O & _). unfold twice. nia. }
    assert (Pi := P i ltac:(lia)). assert (Pj := P j H).
    destruct (Nat.leb_spec (done i) (done j)), (Nat.leb_spec (done j) (done i)); lia.
  - apply total_le. intros j H. apply volumes_before, H.
Qed.
End Kept.

(** in ascending order of the volumes; attained by one request of one token *)
Theorem kept_area M rs steps : sane rs ->
  (forall i j, (i <= j < length rs)%nat -> twice (pick rs i) <= twice (pick rs j)) -> keeps_tokens M rs steps ->
  (1 * IZR (total (length rs) (fun j => total (S j) (fun i => twice (pick rs i)))) <= 2 * (IZR M * IZR (kept_tel rs steps)))%R.
Proof.
  intros ok Sorted G. assert (A := kept_pairs M rs steps ok G). rewrite Rmult_1_l, <- !mult_IZR.
  apply IZR_le. etransitivity; [|exact A]. apply total_le. intros j Hj. cbn [total]. rewrite Z.add_comm.
  apply Z.add_le_mono_l, total_le. intros i Hi. rewrite Z.min_l by (apply Sorted; lia). apply Z.le_refl.
Qed.

(** ** M = 4, outputs 4, 4, 4: 24 without preemption, 19 with it *)
Definition thrice : list request := [Req 0 4 0; Req 0 4 0; Req 0 4 0].
Lemma alone sch i j : valid 4 thrice sch -> (i < 3)%nat -> (j < 3)%nat -> i <> j ->
  start (sch i) + 4 <= start (sch j) \/ start (sch j) + 4 <= start (sch i).
Proof.
  intros V Hi Hj N. assert (ok : sane thrice) by (apply sane_ok; vm_compute; reflexivity).
  destruct (starts_plain 4 thrice sch ok V) as [_ P].
  assert (E : forall k, (k < 3)%nat -> pick thrice k = Req 0 4 0) by (intros [|[|[|k]]] Hk; reflexivity || lia).
  assert (Two : forall a b, (a < 3)%nat -> (b < 3)%nat -> a <> b -> start (sch a) <= start (sch b) ->
    start (sch a) + 4 <= start (sch b)).
  { intros a b Ha Hb D L. destruct (Z.le_gt_cases (start (sch a) + 4) (start (sch b))) as [|G]; [assumption|]. exfalso.
    specialize (P (start (sch a) + 3)).
    assert (A : forall k, (k < 3)%nat -> 0 <= holds (pick thrice k) (start (sch k)) (start (sch k) + output (pick thrice k)) (start (sch a) + 3)).
    { intros k Hk. apply holds_nonneg. rewrite E by assumption. cbn. lia. }
    assert (B : holds (pick thrice a) (start (sch a)) (start (sch a) + output (pick thrice a)) (start (sch a) + 3) = 4).
    { rewrite E by assumption. unfold holds. cbn [prompt output].
      destruct (Z.leb_spec (start (sch a)) (start (sch a) + 3)), (Z.ltb_spec (start (sch a) + 3) (start (sch a) + 4)); cbn [andb]; lia. }
    assert (C : 1 <= holds (pick thrice b) (start (sch b)) (start (sch b) + output (pick thrice b)) (start (sch a) + 3)).
    { rewrite E by assumption. unfold holds. cbn [prompt output].
      destruct (Z.leb_spec (start (sch b)) (start (sch a) + 3)), (Z.ltb_spec (start (sch a) + 3) (start (sch b) + 4)); cbn [andb]; lia. }
    cbn [length thrice total] in P. assert (A0 := A 0%nat ltac:(lia)). assert (A1 := A 1%nat ltac:(lia)). assert (A2 := A 2%nat ltac:(lia)).
    clear - P Ha Hb D B C A0 A1 A2. destruct a as [|[|[|a]]], b as [|[|[|b]]]; try lia;
      repeat match goal with H : context [holds ?r ?x ?y ?z] |- _ =>
        let h := fresh in set (h := holds r x y z) in *; clearbody h end; lia. }
  destruct (Z.le_ge_cases (start (sch i)) (start (sch j))); [left | right]; apply Two; auto.
Qed.

Theorem preemption_helps : exists M rs steps, sane rs /\ keeps_tokens M rs steps /\
  forall sch, valid M rs sch -> (24 / 19 * IZR (kept_tel rs steps) <= IZR (tel rs sch))%R.
Proof.
  exists 4, thrice, [[0; 1; 2]; [0; 1]; [0]; [0]; [1]; [1]; [2]; [2]; [2]]%nat.
  split; [apply sane_ok; vm_compute; reflexivity|]. split.
  - split.
    + intros x Hx. cbn [length] in Hx. destruct x as [|[|[|[|[|[|[|[|[|x]]]]]]]]]; [vm_compute; discriminate ..|]. exfalso. lia.
    + intros i Hi. cbn [length thrice] in Hi. destruct i as [|[|[|i]]]; [reflexivity ..|]. exfalso. lia.
  - intros sch V. assert (A := alone sch 0 1 V ltac:(lia) ltac:(lia) ltac:(lia)).
    assert (B := alone sch 0 2 V ltac:(lia) ltac:(lia) ltac:(lia)).
    assert (C := alone sch 1 2 V ltac:(lia) ltac:(lia) ltac:(lia)).
    assert (P : forall i, (i < 3)%nat -> 0 <= start (sch i)).
    { intros i Hi. apply (started 4 thrice ltac:(apply sane_ok; vm_compute; reflexivity)
        ltac:(intros r [<-|[<-|[<-|[]]]]; reflexivity) sch V i Hi). }
    assert (P0 := P 0%nat ltac:(lia)). assert (P1 := P 1%nat ltac:(lia)). assert (P2 := P 2%nat ltac:(lia)).
    assert (T : 24 <= tel thrice sch) by (unfold tel; cbn; lia).
    apply IZR_le in T. match goal with |- (_ * IZR ?k <= _)%R => replace k with 19 by (vm_compute; reflexivity) end. lra.
Qed.
