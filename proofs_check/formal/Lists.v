(** * Policies that start requests in one order: SVF and MC-SF against the area bound, every instance

    While j waits, the first of the queue does not fit, so that the peaks of what runs add up to more
    than (1 - a) M, all of them of requests before j, each for at most its output: (1 - a) M t_j is at
    most the sum over i < j of o_i times the peak of i. And when j is complete in any schedule, those
    complete before have had their volumes: 2 M TEL is at least the sum over pairs of the smaller
    doubled volume, and of all of them. *)
Require Import ZArith List Bool Lia Arith Reals Lra Psatz.
From KVRatio Require Import Model Policies Totals Cuts Certificates.
Import ListNotations.
Open Scope Z_scope.

(** ** Sums of sums *)
Lemma total_pairs n (f : nat -> nat -> Z) : total n (fun j => total n (fun i => f i j)) =
  total n (fun j => f j j + total j (fun i => f i j + f j i)).
Proof.
  induction n; cbn [total]; [reflexivity|]. rewrite (total_add n (fun j => total n (fun i => f i j)) (fun j => f n j)), IHn,
    (total_add n (fun i => f i n) (fun i => f n i)). lia.
Qed.

(** a constant while a request runs *)
Lemma total_while T a o z : 0 <= o -> 0 <= z ->
  total T (fun k => if (a <=? Z.of_nat k) && (Z.of_nat k <? a + o) then z else 0) <= o * z.
Proof.
  intros O Z0. assert (H : total T (fun k => if (a <=? Z.of_nat k) && (Z.of_nat k <? a + o) then z else 0)
    <= Z.max 0 (Z.min o (Z.of_nat T - a)) * z); [|nia].
  induction T; cbn [total]; [nia|].
  destruct (Z.leb_spec a (Z.of_nat T)), (Z.ltb_spec (Z.of_nat T) (a + o)); cbn [andb]; nia.
Qed.

(** in real numbers *)
Lemma each_at_least T z f : (forall k, (k < T)%nat -> (z <= IZR (f k))%R) ->
  (IZR (Z.of_nat T) * z <= IZR (total T f))%R.
Proof.
  induction T; intro H; [cbn [total]; change (Z.of_nat 0) with 0; lra|]. cbn [total].
  rewrite Nat2Z.inj_succ, succ_IZR, plus_IZR. assert (A := H T ltac:(lia)).
  assert (B := IHT ltac:(intros; apply H; lia)). lra.
Qed.

Lemma sum_at_most m z t f : (forall j, (j < m)%nat -> (z * IZR (t j) <= IZR (f j))%R) ->
  (z * IZR (total m t) <= IZR (total m f))%R.
Proof.
  induction m; intro H; cbn [total]; [lra|]. rewrite !plus_IZR. assert (A := H m ltac:(lia)).
  assert (B := IHm ltac:(intros; apply H; lia)). lra.
Qed.

Lemma scaled_sum m z f g : (forall j, (j < m)%nat -> (IZR (f j) <= z * IZR (g j))%R) ->
  (IZR (total m f) <= z * IZR (total m g))%R.
Proof.
  induction m; intro H; cbn [total]; [lra|]. rewrite !plus_IZR. assert (A := H m ltac:(lia)).
  assert (B := IHm ltac:(intros; apply H; lia)). lra.
Qed.

(** o (s + g) <= r^3 times the smaller volume, as o <= g <= r o and g <= g' <= r o' *)
Lemma one_pair (q q' : request) (g r : R) : 0 <= prompt q -> prompt q = prompt q' ->
  1 <= output q -> 1 <= output q' -> (1 <= r)%R -> (IZR (output q) <= g)%R -> (g <= r * IZR (output q))%R ->
  (g <= r * IZR (output q'))%R ->
  (IZR (output q) * (IZR (prompt q) + g) <= r ^ 3 * IZR (Z.min (twice q) (twice q')))%R.
Proof.
  intros S E O O' r1 G1 G2 G3. set (o := IZR (output q)) in *. set (o' := IZR (output q')) in *.
  set (s := IZR (prompt q)). assert (S0 : (0 <= s)%R) by (apply IZR_le, S).
  assert (o1 : (1 <= o)%R) by (apply IZR_le, O). assert (o1' : (1 <= o')%R) by (apply IZR_le, O').
  assert (T : IZR (twice q) = (o * (2 * s + o + 1))%R) by (unfold twice; rewrite !mult_IZR, !plus_IZR, mult_IZR; reflexivity).
  assert (T' : IZR (twice q') = (o' * (2 * s + o' + 1))%R)
    by (unfold twice; rewrite <- E, !mult_IZR, !plus_IZR, mult_IZR; reflexivity).
  assert (A : (o * (s + g) <= r * (o * (2 * s + o + 1)))%R).
  { replace (r * (o * (2 * s + o + 1)))%R with (o * (r * (2 * s + o + 1)))%R by ring.
    apply Rmult_le_compat_l; [lra|]. nra. }
  assert (r2 : (1 <= r ^ 2)%R) by nra.
  assert (P : forall z, (0 <= z)%R -> (o * (2 * s + o + 1) <= r ^ 2 * z)%R -> (o * (s + g) <= r ^ 3 * z)%R).
  { intros z Z0 H. apply (Rmult_le_compat_l r) in H; [|lra]. replace (r ^ 3 * z)%R with (r * (r ^ 2 * z))%R by ring. lra. }
  assert (Q : (0 <= o * (2 * s + o + 1))%R) by (apply Rmult_le_pos; lra).
  assert (Q' : (0 <= o' * (2 * s + o' + 1))%R) by (apply Rmult_le_pos; lra).
  destruct (Z.min_spec (twice q) (twice q')) as [[_ ->]|[_ ->]].
  - rewrite T. apply P; [assumption|]. nra.
  - rewrite T'. apply P; [assumption|]. assert (R : (o <= r * o')%R) by lra.
    apply Rle_trans with (r * o' * (2 * s + r * o' + 1))%R.
    + apply Rmult_le_compat; lra.
    + replace (r ^ 2 * (o' * (2 * s + o' + 1)))%R with (r * o' * (r * (2 * s + o' + 1)))%R by ring.
      apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|]. nra.
Qed.

(** the volume of a run *)
Lemma run_so_far r a m : 0 <= a -> (Z.of_nat m <= output r) ->
  2 * total (Z.to_nat a + m) (fun k => holds r a (a + output r) (Z.of_nat k))
  = Z.of_nat m * (2 * prompt r + Z.of_nat m + 1).
Proof.
  intros A. induction m; intro H.
  - rewrite Nat.add_0_r, (total_ext _ _ (fun _ => 0)); [rewrite total_const; lia|].
    intros k Hk. unfold holds. destruct (Z.leb_spec a (Z.of_nat k)); [lia | reflexivity].
  - replace (Z.to_nat a + S m)%nat with (S (Z.to_nat a + m)) by lia. cbn [total].
    rewrite Z.mul_add_distr_l, IHm by lia. unfold holds.
    destruct (Z.leb_spec a (Z.of_nat (Z.to_nat a + m))), (Z.ltb_spec (Z.of_nat (Z.to_nat a + m)) (a + output r));
      cbn [andb]; nia.
Qed.

Lemma total_grows T U f : (T <= U)%nat -> (forall k, (k < U)%nat -> 0 <= f k) -> total T f <= total U f.
Proof.
  intros H P. induction H; [lia|]. cbn [total]. assert (A := P m ltac:(lia)).
  assert (total T f <= total m f) by (apply IHle; intros; apply P; lia). lia.
Qed.

Lemma whole_run r a T : 0 <= a -> 1 <= output r -> 0 <= prompt r -> a + output r <= Z.of_nat T ->
  twice r <= 2 * total T (fun k => holds r a (a + output r) (Z.of_nat k)).
Proof.
  intros A O S H. assert (E := run_so_far r a (Z.to_nat (output r)) A ltac:(lia)).
  rewrite Z2Nat.id in E by lia. unfold twice.
  assert (G := total_grows (Z.to_nat a + Z.to_nat (output r)) T
    (fun k => holds r a (a + output r) (Z.of_nat k)) ltac:(lia) (fun k _ => holds_nonneg r a (a + output r) (Z.of_nat k) S)).
  lia.
Qed.

(** ** The area bound, for every schedule *)
Section Instance.
Variables (M : Z) (rs : list request).
Hypothesis ok : sane rs.
Hypothesis now : forall r, In r rs -> arrival r = 0.
Local Notation n := (length rs).
Local Notation req i := (pick rs i).

Lemma request_facts i : (i < n)%nat -> 0 <= prompt (req i) /\ 1 <= output (req i) /\ arrival (req i) = 0.
Proof.
  intro H. destruct (sane_pick rs ok i H) as (A & B & _). repeat split; try assumption. apply now, nth_In, H.
Qed.

Section Any.
Variable sch : nat -> run.
Hypothesis good : valid M rs sch.
Local Notation C j := (start (sch j) + output (req j)).

Lemma started i : (i < n)%nat -> 0 <= start (sch i).
Proof.
  intro H. destruct (request_facts i H) as (_ & O & A). destruct good as [G _].
  assert (S := attempts_start (pick rs i) _ _ _ ltac:(lia) (G i H)). lia.
Qed.

Lemma volumes_before j : (j < n)%nat ->
  total n (fun i => if C i <=? C j then twice (req i) else 0) <= 2 * (M * C j).
Proof.
  intro H. destruct (starts_plain M rs sch ok good) as [_ P].
  assert (Cj : 0 <= C j) by (assert (S := started j H); destruct (request_facts j H) as (_ & O & _); lia).
  set (T := Z.to_nat (C j)).
  assert (A : total T (fun k => total n (fun i => holds (req i) (start (sch i)) (start (sch i) + output (req i)) (Z.of_nat k)))
    <= M * C j).
  { transitivity (total T (fun _ => M)); [apply total_le; intros; apply P|].
    rewrite total_const. unfold T. rewrite Z2Nat.id by exact Cj. rewrite Z.mul_comm. apply Z.le_refl. }
  rewrite total_exchange in A.
  transitivity (2 * total n (fun i => total T (fun k => holds (req i) (start (sch i)) (start (sch i) + output (req i)) (Z.of_nat k)))); [|lia].
  rewrite <- total_scal. apply total_le. intros i Hi. destruct (request_facts i Hi) as (S & O & _).
  destruct (Z.leb_spec (C i) (C j)).
  - apply whole_run; try assumption; [apply started, Hi | unfold T; lia].
  - rewrite <- total_scal. apply total_nonneg. intros. assert (Q := holds_nonneg (req i) (start (sch i)) (start (sch i) + output (req i)) (Z.of_nat i0) S). lia.
Qed.

Theorem pairs_of_volumes :
  total n (fun j => twice (req j) + total j (fun i => Z.min (twice (req i)) (twice (req j)))) <= 2 * (M * tel rs sch).
Proof.
  assert (T : tel rs sch = total n (fun j => C j)).
  { apply total_ext. intros j H. destruct (request_facts j H) as (_ & _ & A). lia. }
  rewrite T, <- !total_scal.
  transitivity (total n (fun j => total n (fun i => if C i <=? C j then twice (req i) else 0))).
  - rewrite (total_pairs n (fun i j => if C i <=? C j then twice (req i) else 0)).
    apply total_le. intros j H. rewrite Z.leb_refl. apply Z.add_le_mono_l. apply total_le. intros i Hi.
    assert (P : forall k, (k < n)%nat -> 0 <= twice (req k)).
    { intros k K. destruct (request_facts k K) as (S & O & _). unfold twice. nia. }
    assert (Pi := P i ltac:(lia)). assert (Pj := P j H).
    destruct (Z.leb_spec (C i) (C j)), (Z.leb_spec (C j) (C i)); lia.
  - apply total_le. intros j H. rewrite Z.mul_assoc. rewrite (Z.mul_comm 2), <- Z.mul_assoc, (Z.mul_comm M).
    assert (V := volumes_before j H). lia.
Qed.

Lemma outputs_le : total n (fun j => output (req j)) <= tel rs sch.
Proof.
  apply total_le. intros j H. assert (S := started j H). destruct (request_facts j H) as (_ & _ & A). lia.
Qed.
End Any.

(** ** A schedule in the order of the queue *)
Section Order.
Variables (guess t : nat -> Z).
Hypothesis order : in_order M rs guess t.
Definition top (i : nat) : Z := prompt (req i) + guess i.
Hypothesis positive : forall i, (i < n)%nat -> output (req i) <= guess i.

Lemma top_nonneg i : (i < n)%nat -> 0 <= top i.
Proof. intro H. destruct (request_facts i H) as (S & O & _). specialize (positive i H). unfold top. lia. Qed.

Lemma holds_top i x y : (i < n)%nat -> holds (req i) x (x + guess i) y <= top i.
Proof.
  intro H. assert (P := top_nonneg i H). destruct (request_facts i H) as (S & O & _). unfold holds, top in *.
  destruct (Z.leb_spec x y), (Z.ltb_spec y (x + guess i)); cbn [andb]; lia.
Qed.

Definition running (i : nat) (x : Z) : bool := (t i <=? x) && (x <? t i + output (req i)).

Lemma blocked_peaks j x : (j < n)%nat -> 0 <= x < t j ->
  exists i0, (i0 < n)%nat /\ M < total j (fun i => if running i x then top i else 0) + top i0.
Proof.
  intros H Hx. destruct order as (_ & _ & _ & Bl).
  destruct (least_exists (fun i => x <? t i) Z.of_nat (S j)) as (i0 & Le & Lt & First).
  { exists j. split; [lia | apply Z.ltb_lt; lia]. }
  apply Z.ltb_lt in Lt. exists i0. split; [lia|].
  destruct (Bl i0 x ltac:(lia) ltac:(lia)) as [y Hy].
  { intros i Hi. destruct (Z.le_gt_cases (t i) x) as [|G]; [assumption|]. exfalso.
    assert (Q := First i ltac:(lia) ltac:(apply Z.ltb_lt; lia)). lia. }
  eapply Z.lt_le_trans; [exact Hy|]. apply Z.add_le_mono; [|apply holds_top; lia].
  transitivity (total i0 (fun i => if running i x then top i else 0)).
  - apply total_le. intros i Hi. unfold running.
    destruct ((t i <=? x) && (x <? t i + output (req i))); [apply holds_top; lia | lia].
  - apply total_grows; [lia|]. intros i Hi. destruct (running i x); [apply top_nonneg; lia | lia].
Qed.

(** ** The waits, in real numbers *)
Variable a : R.
Hypothesis small : forall i, (i < n)%nat -> (IZR (top i) <= a * IZR M)%R.

Lemma wait_paid j : (j < n)%nat ->
  ((1 - a) * IZR M * IZR (t j) <= IZR (total j (fun i => output (req i) * top i)%Z))%R.
Proof.
  intro H. set (T := Z.to_nat (t j)).
  assert (T0 : 0 <= t j) by (apply order, H).
  assert (A : (IZR (Z.of_nat T) * ((1 - a) * IZR M) <=
    IZR (total T (fun k => total j (fun i => if running i (Z.of_nat k) then top i else 0)%Z)))%R).
  { apply each_at_least. intros k Hk.
    destruct (blocked_peaks j (Z.of_nat k) H ltac:(unfold T in Hk; lia)) as (i0 & H0 & B).
    apply IZR_lt in B. rewrite plus_IZR in B. specialize (small i0 H0). lra. }
  replace (IZR (Z.of_nat T)) with (IZR (t j)) in A by (unfold T; f_equal; lia).
  rewrite total_exchange in A. rewrite Rmult_comm. eapply Rle_trans; [exact A|]. apply IZR_le, total_le.
  intros i Hi. destruct (request_facts i ltac:(lia)) as (_ & O & _).
  apply total_while; [lia | apply top_nonneg; lia].
Qed.

Lemma waits_paid : ((1 - a) * IZR M * IZR (total n t) <=
  IZR (total n (fun j => total j (fun i => output (req i) * top i)%Z)))%R.
Proof. apply sum_at_most. intros j H. apply wait_paid, H. Qed.
End Order.
End Instance.

(** ** SVF: known lengths, in the order of the volumes *)
Theorem volume_order M rs t a sch : sane rs -> (forall r, In r rs -> arrival r = 0) -> 0 < M ->
  (forall i j, (i <= j < length rs)%nat -> twice (pick rs i) <= twice (pick rs j)) ->
  (a < 1)%R -> (forall i, (i < length rs)%nat -> (IZR (prompt (pick rs i) + output (pick rs i))%Z <= a * IZR M)%R) ->
  in_order M rs (fun i => output (pick rs i)) t -> valid M rs sch ->
  (IZR (total (length rs) (fun i => t i + output (pick rs i))%Z) <= (1 + 2 / (1 - a)) * IZR (tel rs sch))%R.
Proof.
  intros ok now M0 Sorted a1 Small Ord V. apply IZR_lt in M0.
  assert (W := waits_paid M rs ok now (fun i => output (pick rs i)) t Ord ltac:(intros; apply Z.le_refl) a Small).
  assert (B := pairs_of_volumes M rs ok now sch V). assert (O := outputs_le M rs ok now sch V).
  assert (F := request_facts rs ok now).
  assert (C : total (length rs) (fun j => total j (fun i => output (pick rs i) * top rs (fun i => output (pick rs i)) i))
    <= 2 * (M * tel rs sch)).
  { etransitivity; [|exact B]. apply total_le. intros j Hj. destruct (F j Hj) as (Sj & Oj & _).
    assert (0 <= twice (pick rs j)) by (unfold twice; nia).
    assert (total j (fun i => output (pick rs i) * top rs (fun i => output (pick rs i)) i) <=
      total j (fun i => Z.min (twice (pick rs i)) (twice (pick rs j)))); [|lia].
    apply total_le. intros i Hi. destruct (F i ltac:(lia)) as (Si & Oi & _).
    rewrite Z.min_l by (apply Sorted; lia). unfold top, twice. nia. }
  apply IZR_le in C. rewrite !mult_IZR in C. apply IZR_le in O.
  rewrite total_add, plus_IZR. set (X := IZR (total (length rs) t)) in *. set (Y := IZR (tel rs sch)) in *.
  assert (X <= 2 / (1 - a) * Y)%R; [|lra].
  apply (Rmult_le_reg_l ((1 - a) * IZR M)); [apply Rmult_lt_0_compat; lra|].
  replace ((1 - a) * IZR M * (2 / (1 - a) * Y))%R with (2 * (IZR M * Y))%R by (field; lra). lra.
Qed.

(** ** MC-SF: one prompt, in the order of predictions within [o, r o] *)
Theorem prediction_order M rs guess t r sch : sane rs -> (forall q, In q rs -> arrival q = 0) -> 0 < M ->
  (forall i j, (i <= j < length rs)%nat -> guess i <= guess j /\ prompt (pick rs i) = prompt (pick rs j)) ->
  (forall i, (i < length rs)%nat -> output (pick rs i) <= guess i /\
    (IZR (guess i) <= r * IZR (output (pick rs i)))%R /\ 2 * (prompt (pick rs i) + guess i) <= M) ->
  in_order M rs guess t -> valid M rs sch ->
  (IZR (total (length rs) (fun i => t i + output (pick rs i))%Z) <= (1 + 4 * r ^ 3) * IZR (tel rs sch))%R.
Proof.
  intros ok now M0 Sorted Near Ord V. apply IZR_lt in M0.
  assert (Small : forall i, (i < length rs)%nat -> (IZR (top rs guess i) <= 1 / 2 * IZR M)%R).
  { intros i Hi. destruct (Near i Hi) as (_ & _ & G). apply IZR_le in G. rewrite mult_IZR in G. unfold top. lra. }
  assert (W := waits_paid M rs ok now guess t Ord ltac:(intros; apply Near; assumption) (1 / 2) Small).
  assert (B := pairs_of_volumes M rs ok now sch V). assert (O := outputs_le M rs ok now sch V).
  assert (F := request_facts rs ok now).
  assert (C : (IZR (total (length rs) (fun j => total j (fun i => output (pick rs i) * top rs guess i)%Z)) <=
    r ^ 3 * IZR (total (length rs) (fun j => twice (pick rs j) +
      total j (fun i => Z.min (twice (pick rs i)) (twice (pick rs j))))%Z))%R).
  { apply scaled_sum. intros j Hj. destruct (F j Hj) as (Sj & Oj & _). destruct (Near j Hj) as (G1 & G2 & _).
    assert (Oj' := Oj). apply IZR_le in Oj'. apply IZR_le in G1. assert (r1 : (1 <= r)%R) by nra.
    rewrite plus_IZR, Rmult_plus_distr_l.
    assert (0 <= r ^ 3 * IZR (twice (pick rs j)))%R.
    { apply Rmult_le_pos; [apply pow_le; lra | apply IZR_le; unfold twice; nia]. }
    assert (IZR (total j (fun i => output (pick rs i) * top rs guess i)%Z) <=
      r ^ 3 * IZR (total j (fun i => Z.min (twice (pick rs i)) (twice (pick rs j)))))%R; [|lra].
    apply scaled_sum. intros i Hi. destruct (F i ltac:(lia)) as (Si & Oi & _).
    destruct (Near i ltac:(lia)) as (H1 & H2 & _). destruct (Sorted i j ltac:(lia)) as (Q & Same).
    apply IZR_le in H1. apply IZR_le in Q. unfold top. rewrite mult_IZR, plus_IZR.
    apply one_pair; try assumption. lra. }
  assert (D : (r ^ 3 * IZR (total (length rs) (fun j => twice (pick rs j) +
      total j (fun i => Z.min (twice (pick rs i)) (twice (pick rs j))))%Z) <= r ^ 3 * (2 * (IZR M * IZR (tel rs sch))))%R).
  { apply IZR_le in B. rewrite !mult_IZR in B.
    destruct (length rs) as [|m] eqn:E; [cbn [total]; unfold tel; rewrite E; cbn [total]; lra|].
    destruct (Near 0%nat ltac:(lia)) as (G1 & G2 & _). destruct (F 0%nat ltac:(lia)) as (_ & Oj & _).
    apply IZR_le in Oj. apply IZR_le in G1. assert (r1 : (1 <= r)%R) by nra.
    apply Rmult_le_compat_l; [apply pow_le; lra | exact B]. }
  apply IZR_le in O. rewrite total_add, plus_IZR.
  set (X := IZR (total (length rs) t)) in *. set (Y := IZR (tel rs sch)) in *.
  assert (X <= 4 * r ^ 3 * Y)%R; [|lra].
  apply (Rmult_le_reg_l (1 / 2 * IZR M)); [lra|]. lra.
Qed.

(** ** The area bound; and the limit of the constant for small peaks *)
Theorem area_bound M rs sch : sane rs -> (forall r, In r rs -> arrival r = 0) ->
  (forall i j, (i <= j < length rs)%nat -> twice (pick rs i) <= twice (pick rs j)) -> valid M rs sch ->
  total (length rs) (fun j => total (S j) (fun i => twice (pick rs i))) <= 2 * (M * tel rs sch).
Proof.
  intros ok now Sorted V. etransitivity; [|apply (pairs_of_volumes M rs ok now sch V)].
  apply total_le. intros j Hj. cbn [total]. rewrite Z.add_comm. apply Z.add_le_mono_l, total_le.
  intros i Hi. rewrite Z.min_l by (apply Sorted; lia). apply Z.le_refl.
Qed.

Theorem area_order :
  (forall M rs t e sch, sane rs -> (forall r, In r rs -> arrival r = 0) -> 0 < M ->
    (forall i j, (i <= j < length rs)%nat -> twice (pick rs i) <= twice (pick rs j)) ->
    (e < 1)%R -> (forall i, (i < length rs)%nat -> (IZR (prompt (pick rs i) + output (pick rs i))%Z <= e * IZR M)%R) ->
    in_order M rs (fun i => output (pick rs i)) t -> valid M rs sch ->
    (IZR (total (length rs) (fun i => t i + output (pick rs i))%Z) <= (1 + 2 / (1 - e)) * IZR (tel rs sch))%R) /\
  (forall d, (0 < d)%R -> exists e, (0 < e < 1)%R /\ (1 + 2 / (1 - e) <= 3 + d)%R).
Proof.
  split; [exact volume_order|]. intros d D. exists (Rmin (1 / 2) (d / 4)).
  assert (A := Rmin_l (1 / 2) (d / 4)). assert (B := Rmin_r (1 / 2) (d / 4)).
  assert (P : (0 < Rmin (1 / 2) (d / 4))%R) by (apply Rmin_glb_lt; lra). set (e := Rmin (1 / 2) (d / 4)) in *.
  split; [lra|]. apply (Rmult_le_reg_r (1 - e)); [lra|].
  replace ((1 + 2 / (1 - e)) * (1 - e))%R with (3 - e)%R by (field; lra). nra.
Qed.
