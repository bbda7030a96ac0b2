(** * Constraints that every schedule without cancellations keeps in every step (FORMAT.md)

    [weight] is what a request that starts at [t] weighs in step [x]; the sum over the requests is at
    most [limit]. *)
Require Import ZArith List Lia Bool Arith.
From KVRatio Require Import Model Totals Profiles.
Import ListNotations.
Open Scope Z_scope.

Inductive cut :=
  | Budget                       (* the cache *)
  | Gap (k b P : Z)              (* at most k completions close together *)
  | Ahead (k G : Z)              (* those that run now will have grown *)
  | Profile (T : list corner).   (* those that run now weigh by use and steps to go *)

Section Cuts.
Variables (M : Z) (rs : list request).
Local Notation n := (length rs).
Local Notation req := (pick rs).

Definition peak (r : request) : Z := prompt r + output r.
(** the longest prompt among those with a peak of at least P *)
Definition longest (P : Z) : Z := most n (fun i => if P <=? peak (req i) then prompt (req i) else 0).

Definition before (b : Z) (r : request) : Z := Z.min (output r) (peak r - b).
Definition after (k b S : Z) (r : request) : Z :=
  Z.min ((peak r + k * b + k - 1 - M) / k) (b - S).

(** [S] is [longest P] for a gap cut, computed once *)
Definition weight (c : cut) (S : Z) (r : request) (t x : Z) : Z :=
  match c with
  | Budget => holds r t (t + output r) x
  | Gap k b P =>
      if (P <=? peak r) && (t + output r - before b r <=? x) && (x <? t + output r + after k b S r)
      then 1 else 0
  | Ahead k G =>
      if (t <=? x) && (x <? t + output r) then
        let used := prompt r + x - t + 1 in
        let most := if k =? 1 then used else Z.min used ((M - k * G) / (k - 1)) in
        Z.max 0 (most - k * Z.max 0 (G - (t + output r - 1 - x)))
      else 0
  | Profile T =>
      if (t <=? x) && (x <? t + output r) then heavy T (prompt r + x - t + 1) (t + output r - 1 - x) else 0
  end.
Definition limit (c : cut) : Z :=
  match c with Budget => M | Gap k _ _ => k | Ahead k G => M - k * G | Profile T => together M T end.
Definition longest_of (c : cut) : Z := match c with Gap _ _ P => longest P | _ => 0 end.
Definition proper (c : cut) : bool :=
  match c with
  | Budget => true
  | Gap k _ _ => 1 <=? k
  | Ahead k G => (1 <=? k) && (0 <=? G) && (k * G <=? M)
  | Profile T => proper_table T
  end.

(** weights depend on how long a request has run; there are none before the start or from [span] on *)
Definition span (c : cut) (S : Z) (r : request) : Z :=
  match c with Gap k b _ => output r + Z.max 0 (after k b S r) | _ => output r end.

Lemma weight_shift c S r t x : weight c S r t x = weight c S r 0 (x - t).
Proof.
  assert (A : forall a, (a <=? x) = (a - t <=? x - t))
    by (intro a; destruct (Z.leb_spec a x), (Z.leb_spec (a - t) (x - t)); lia).
  assert (B : forall a, (x <? a) = (x - t <? a - t))
    by (intro a; destruct (Z.ltb_spec x a), (Z.ltb_spec (x - t) (a - t)); lia).
  destruct c; cbn [weight]; unfold holds; rewrite A, B.
  - replace (t + output r - t) with (0 + output r) by lia. rewrite Z.sub_diag.
    destruct (_ && _); lia.
  - replace (t + output r - before b r - t) with (0 + output r - before b r) by lia.
    replace (t + output r + after k b S r - t) with (0 + output r + after k b S r) by lia. reflexivity.
  - replace (t + output r - t) with (0 + output r) by lia. rewrite Z.sub_diag.
    replace (prompt r + (x - t) - 0 + 1) with (prompt r + x - t + 1) by lia.
    replace (0 + output r - 1 - (x - t)) with (t + output r - 1 - x) by lia. reflexivity.
  - replace (t + output r - t) with (0 + output r) by lia. rewrite Z.sub_diag.
    replace (prompt r + (x - t) - 0 + 1) with (prompt r + x - t + 1) by lia.
    replace (0 + output r - 1 - (x - t)) with (t + output r - 1 - x) by lia. reflexivity.
Qed.

Lemma weight_late c S r j : j < 0 -> weight c S r 0 j = 0.
Proof.
  intro H. destruct c; cbn [weight]; unfold holds, before; rewrite ?Z.add_0_l.
  2: destruct (Z.leb_spec (output r - Z.min (output r) (peak r - b)) j); [lia|]; rewrite andb_false_r; reflexivity.
  all: destruct (Z.leb_spec 0 j); [lia | reflexivity].
Qed.

Lemma weight_over c S r j : span c S r <= j -> weight c S r 0 j = 0.
Proof.
  intro H. destruct c; cbn [weight span] in *; unfold holds; rewrite ?Z.add_0_l.
  2: destruct (Z.ltb_spec j (output r + after k b S r)); [lia|]; rewrite andb_false_r; reflexivity.
  all: destruct (Z.ltb_spec j (output r)); [lia | rewrite andb_false_r; reflexivity].
Qed.

(** ** A schedule without cancellations *)
Variable t : nat -> Z.
Hypothesis ok : sane rs.
Local Notation use i x := (holds (req i) (t i) (t i + output (req i)) x).
Hypothesis fits : forall x, total n (fun i => use i x) <= M.

Lemma sane_pick i : (i < n)%nat -> 0 <= prompt (req i) /\ 1 <= output (req i) /\ 0 <= arrival (req i).
Proof. intro H. apply ok, nth_In, H. Qed.

Lemma use_in i x : t i <= x < t i + output (req i) -> use i x = prompt (req i) + x - t i + 1.
Proof.
  intro H. unfold holds. destruct (Z.leb_spec (t i) x), (Z.ltb_spec x (t i + output (req i))); lia || reflexivity.
Qed.

Lemma use_nonneg i x : (i < n)%nat -> 0 <= use i x.
Proof.
  intro H. destruct (sane_pick i H) as (P & _). unfold holds.
  destruct (Z.leb_spec (t i) x), (Z.ltb_spec x (t i + output (req i))); cbn [andb]; lia.
Qed.

(** *** Look-ahead cuts
    m requests have a weight. If m < k they sum to at most (k-1) h. Else let j have the fewest steps
    e to go: in step x + e all m still run, and use e more each, m e >= k e in all. *)
Section Ahead.
Variables (k G x : Z).
Hypotheses (k1 : 1 <= k) (G0 : 0 <= G) (kG : k * G <= M).
Local Notation w i := (weight (Ahead k G) 0 (req i) (t i) x).
Local Notation has i := (0 <? w i).
Local Notation togo i := (t i + output (req i) - 1 - x).

Lemma ahead_has i : has i = true -> t i <= x < t i + output (req i) /\
  w i <= prompt (req i) + x - t i + 1 - k * Z.max 0 (G - togo i) /\
  (k <> 1 -> w i <= (M - k * G) / (k - 1)).
Proof.
  intro H. apply Z.ltb_lt in H. cbn [weight] in *.
  destruct (Z.leb_spec (t i) x), (Z.ltb_spec x (t i + output (req i))); cbn [andb] in *; try lia.
  destruct (Z.eqb_spec k 1); split; try lia; split; nia.
Qed.

Lemma ahead_keeps : total n (fun i => w i) <= M - k * G.
Proof.
  set (ind := fun i => if has i then 1 else 0).
  assert (W : forall i, has i = false -> w i <= 0) by (intros i H; apply Z.ltb_ge, H).
  destruct (Z.lt_ge_cases (total n ind) k) as [Few|Many].
  - destruct (Z.eq_dec k 1) as [K1|K].
    + transitivity (total n (fun _ => 0)); [|rewrite total_const; lia].
      apply total_le. intros i Hi. destruct (has i) eqn:E; [|apply W, E].
      assert (ind i <= total n ind).
      { apply (total_at_most n ind i Hi). intros j _. unfold ind. destruct (has j); lia. }
      unfold ind at 1 in H. rewrite E in H. lia.
    + set (h := (M - k * G) / (k - 1)).
      assert (h0 : 0 <= h) by (apply Z.div_pos; lia).
      assert (H : (k - 1) * h <= M - k * G) by (apply Z.mul_div_le; lia).
      transitivity (total n (fun i => h * ind i)).
      * apply total_le. intros i Hi. unfold ind. destruct (has i) eqn:E.
        -- destruct (ahead_has i E) as (_ & _ & B). specialize (B K). fold h in B. lia.
        -- specialize (W i E). lia.
      * rewrite total_scal. nia.
  - assert (P : 0 < total n ind) by lia. apply total_positive in P. destruct P as (i0 & Hi0 & Pi0).
    assert (Ei0 : has i0 = true) by (unfold ind in Pi0; destruct (has i0); [reflexivity | lia]).
    destruct (least_exists (fun i => has i) (fun i => togo i) n) as (j & Hj & Pj & Lj);
      [exists i0; split; assumption|].
    set (e := togo j). assert (e0 : 0 <= e) by (destruct (ahead_has j Pj); unfold e; lia).
    set (z := k * Z.max 0 (G - e)).
    assert (S1 : total n (fun i => w i) + e * total n ind + z <= M).
    { transitivity (total n (fun i => use i (x + e))); [|apply fits].
      rewrite <- (total_one n j z Hj), <- total_scal, <- !total_add. apply total_le. intros i Hi.
      unfold ind. destruct (has i) eqn:E.
      - destruct (ahead_has i E) as (R & B & _). assert (Li := Lj i Hi E). cbv beta in Li. fold e in Li.
        rewrite use_in by lia. destruct (Nat.eqb_spec i j) as [->|]; [unfold z; fold e in B; lia|].
        assert (0 <= k * Z.max 0 (G - togo i)) by nia. lia.
      - specialize (W i E). assert (U := use_nonneg i (x + e) Hi).
        destruct (Nat.eqb_spec i j) as [->|]; [congruence | lia]. }
    unfold z in S1. nia.
Qed.
End Ahead.

(** *** Gap cuts
    Suppose k + 1 requests have step x in their zones; A completes first, in step y its last one.
    The others still run then, and use at least b - r_A + 1 each; A uses p_A: too much. *)
Section Gap.
Variables (k b P x : Z).
Hypothesis k1 : 1 <= k.
Local Notation S := (longest P).
Local Notation w i := (weight (Gap k b P) S (req i) (t i) x).
Local Notation zone i := (w i =? 1).
Local Notation done i := (t i + output (req i)).

Lemma zone_in i : zone i = true ->
  P <= peak (req i) /\ done i - before b (req i) <= x < done i + after k b S (req i).
Proof.
  intro H. apply Z.eqb_eq in H. cbn [weight] in H.
  destruct (Z.leb_spec P (peak (req i))), (Z.leb_spec (done i - before b (req i)) x),
    (Z.ltb_spec x (done i + after k b S (req i))); cbn [andb] in H; lia.
Qed.

Lemma zone_out i : zone i = false -> w i = 0.
Proof.
  intro H. apply Z.eqb_neq in H. cbn [weight] in *.
  destruct ((P <=? peak (req i)) && (done i - before b (req i) <=? x) &&
    (x <? done i + after k b S (req i))); lia.
Qed.

Lemma gap_keeps : total n (fun i => w i) <= k.
Proof.
  destruct (Z.le_gt_cases (total n (fun i => w i)) k) as [|Many]; [assumption|exfalso].
  assert (Pos : 0 < total n (fun i => w i)) by lia.
  apply total_positive in Pos. destruct Pos as (i0 & Hi0 & Pi0).
  destruct (least_exists (fun i => zone i) (fun i => done i) n) as (a & Ha & Pa & La).
  { exists i0. split; [assumption|]. destruct (zone i0) eqn:E; [reflexivity|].
    rewrite (zone_out i0 E) in Pi0. lia. }
  destruct (zone_in a Pa) as (pa & xa). set (ra := after k b S (req a)) in *.
  set (y := done a - 1). set (g := b - ra + 1).
  assert (ra1 : ra <= b - S) by (unfold ra, after; lia).
  assert (ra2 : k * ra <= peak (req a) + k * b + k - 1 - M).
  { transitivity (k * ((peak (req a) + k * b + k - 1 - M) / k)).
    - apply Z.mul_le_mono_nonneg_l; [lia|]. unfold ra, after. lia.
    - apply Z.mul_div_le. lia. }
  assert (L : forall i, (i < n)%nat -> P <= peak (req i) -> prompt (req i) <= S).
  { intros i Hi Hp. assert (Q := most_ge n (fun i => if P <=? peak (req i) then prompt (req i) else 0) i Hi).
    cbv beta in Q. unfold longest. destruct (Z.leb_spec P (peak (req i))); lia. }
  assert (Sum : g * total n (fun i => w i) + (peak (req a) - g) <= M).
  { transitivity (total n (fun i => use i y)); [|apply fits].
    rewrite <- (total_one n a (peak (req a) - g) Ha), <- total_scal, <- total_add.
    apply total_le. intros i Hi. destruct (sane_pick i Hi) as (s0 & o1 & _).
    destruct (Nat.eqb_spec i a) as [->|N].
    - apply Z.eqb_eq in Pa. rewrite Pa, use_in by (unfold y; lia). unfold y, peak. lia.
    - destruct (zone i) eqn:E; [|rewrite (zone_out i E); assert (U := use_nonneg i y Hi); lia].
      destruct (zone_in i E) as (pi & xi). assert (Li := La i Hi E). cbv beta in Li.
      apply Z.eqb_eq in E. rewrite E. specialize (L i Hi pi). unfold before in xi.
      rewrite use_in by (unfold y, peak in *; lia). unfold g, y, peak in *. lia. }
  assert (g0 : 0 <= g).
  { assert (La' := L a Ha pa). destruct (sane_pick a Ha) as (s0 & _). unfold g. lia. }
  assert (g * (k + 1) <= g * total n (fun i => w i)) by (apply Z.mul_le_mono_nonneg_l; lia).
  unfold g in *. lia.
Qed.
End Gap.

(** *** Profile cuts: requests with e steps to go still run in step x + e, and use e more *)
Lemma profile_keeps T x : proper_table T = true ->
  total n (fun i => weight (Profile T) 0 (req i) (t i) x) <= together M T.
Proof.
  intro P. set (on := fun i => (t i <=? x) && (x <? t i + output (req i))).
  assert (M0 : 0 <= M).
  { etransitivity; [|apply (fits x)]. apply total_nonneg. intros. apply use_nonneg. assumption. }
  assert (On : forall i, on i = true -> t i <= x < t i + output (req i)).
  { intros i H. unfold on in H. rewrite andb_true_iff, Z.leb_le, Z.ltb_lt in H. exact H. }
  apply (profile M T n on (fun i => prompt (req i) + x - t i + 1) (fun i => t i + output (req i) - 1 - x) M0 P).
  - intros i Hi H. destruct (sane_pick i Hi). specialize (On i H). lia.
  - intros e e0. etransitivity; [|apply (fits (x + e))]. apply total_le. intros i Hi.
    assert (U := use_nonneg i (x + e) Hi). destruct (on i) eqn:E; cbn [andb]; [|exact U]. specialize (On i E).
    destruct (Z.leb_spec e (t i + output (req i) - 1 - x)); [|exact U]. rewrite use_in by lia. lia.
Qed.

Theorem keeps c x : proper c = true ->
  total n (fun i => weight c (longest_of c) (req i) (t i) x) <= limit c.
Proof.
  intro H. destruct c as [|k b P|k G|T]; cbn [longest_of limit proper] in *.
  - apply fits.
  - apply gap_keeps. lia.
  - apply ahead_keeps; lia.
  - apply profile_keeps, H.
Qed.
End Cuts.
