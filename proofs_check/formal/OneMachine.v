(** * One machine: offset slicing of jobs, every finite instance, weighted

    Mutual delays of pairs are those of the fluid form, which has the diagonal x_i^2 v_i (1 + 2/beta)
    besides, twice what a job's own attempts cost it beyond v_i and half of that: pairs and own times
    are half the form and half of x_i^2 v_i, and Smith's rule half of x'min x and half of that. *)
Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From KVRatio Require Import Volumes Means Levels Offset.
Import ListNotations.
Open Scope R_scope.

Lemma pairs_others f r : pairs f r = others f r + own (fun V => f V V) r.
Proof.
  unfold pairs. induction r as [|[x V] r IH]; cbn [mean others own]; [ring|].
  rewrite (mean_plus (fun W => x * f W V) (fun W => mean (f W) r)), mean_scal, IH.
  rewrite (mean_plus (f V) (fun W => f W V)). ring.
Qed.

Lemma own_same f g r : (forall p, In p r -> f (snd p) = g (snd p)) -> own f r = own g r.
Proof.
  intro H. induction r as [|[x V] r IH]; cbn [own]; [reflexivity|].
  rewrite IH by (intros; apply H; right; assumption). assert (E := H (x, V) (or_introl eq_refl)). cbn [snd] in E.
  rewrite E. reflexivity.
Qed.

Lemma own_plus f g r : own (fun V => f V + g V) r = own f r + own g r.
Proof. induction r as [|[x V] r IH]; cbn [own]; [ring|]. rewrite IH. ring. Qed.

Lemma own_scal a f r : own (fun V => a * f V) r = a * own f r.
Proof. induction r as [|[x V] r IH]; cbn [own]; [ring|]. rewrite IH. ring. Qed.

Lemma own_nonneg f r : (forall p, In p r -> 0 <= f (snd p)) -> 0 <= own f r.
Proof.
  intro H. induction r as [|[x V] r IH]; cbn [own]; [lra|].
  assert (A := H (x, V) (or_introl eq_refl)). cbn [snd] in A.
  assert (B := IH (fun p Hp => H p (or_intror Hp))).
  assert (0 <= x * x) by nra. assert (0 <= x * x * f V) by (apply Rmult_le_pos; assumption). lra.
Qed.

Lemma is_RInt_own (f : R -> R -> R) I a z r : (forall p, In p r -> is_RInt (f (snd p)) a z (I (snd p))) ->
  is_RInt (fun u => own (fun V => f V u) r) a z (own I r).
Proof.
  intro H. induction r as [|[x V] r IH]; cbn [own]; [apply is_RInt_zero|].
  apply (is_RInt_plus (fun u => x * x * f V u) (fun u => own (fun V => f V u) r)).
  - apply (is_RInt_scal (f V)), (H (x, V)). left. reflexivity.
  - apply IH. intros p Hp. apply H. right. assumption.
Qed.

Section Machine.
Variable beta : R.
Hypothesis b0 : 0 < beta.

(** a job against itself: beta e^l up to ln V, then V (beta - (l - ln V)) up to ln V + beta *)
Lemma alone V a z : 0 < V -> a <= ln V -> ln V + beta <= z ->
  is_RInt (fun l => attempt beta l V * waiting beta l V) a z (V + V * beta / 2 - exp a).
Proof.
  intros P A Z. set (n := ln V) in *.
  replace (V + V * beta / 2 - exp a) with ((V - exp a) + (V * beta / 2 + 0)) by ring.
  assert (En : exp n = V) by (apply exp_ln, P).
  apply (chasles _ a n z); [|apply (chasles _ n (n + beta) z)].
  - apply (same exp).
    + intros l Hl. rewrite Rmin_left, Rmax_right in Hl by lra.
      rewrite attempt_below, waiting_eq by (assumption || (fold n; lra)).
      assert (El : exp l < V) by (rewrite <- En; apply exp_increasing; lra).
      rewrite Rmin_right by lra. unfold waits, theta. fold n.
      rewrite (Rmin_right beta (l - n)), Rmax_left by lra. field. lra.
    + rewrite <- En. apply (by_derivative exp exp).
      * intro u. auto_derive; [exact I | ring].
      * intro u. apply (ex_derive_continuous exp). auto_derive. exact I.
  - apply (same (fun l => V / beta * (beta - (l - n)))).
    + intros l Hl. rewrite Rmin_left, Rmax_right in Hl by lra.
      rewrite attempt_below, waiting_eq by (assumption || (fold n; lra)).
      assert (El : V < exp l) by (rewrite <- En; apply exp_increasing; lra).
      rewrite Rmin_left by lra. unfold waits, theta. fold n.
      rewrite (Rmin_right beta (l - n)), Rmax_right by lra. field. lra.
    + replace (V * beta / 2) with ((fun l => - V / (2 * beta) * (beta - (l - n)) ^ 2) (n + beta)
        - (fun l => - V / (2 * beta) * (beta - (l - n)) ^ 2) n) by (cbv beta; field; lra).
      apply (by_derivative (fun l => V / beta * (beta - (l - n))) (fun l => - V / (2 * beta) * (beta - (l - n)) ^ 2)).
      * intro u. auto_derive; [exact I|]. field. lra.
      * intro u. apply (ex_derive_continuous (fun l => V / beta * (beta - (l - n)))). auto_derive. exact I.
  - apply (same (fun _ => 0)); [|apply is_RInt_zero].
    intros l Hl. rewrite Rmin_left, Rmax_right in Hl by lra.
    rewrite attempt_above by (assumption || (fold n; lra)). ring.
Qed.
End Machine.

Lemma own_time beta a V : 0 < beta -> 0 < V -> V + RInt (fun l => exp l / beta) a (ln V) = V + (V - exp a) / beta.
Proof.
  intros B P. f_equal. apply unique. replace ((V - exp a) / beta) with (exp (ln V) / beta - exp a / beta)
    by (rewrite exp_ln by assumption; field; lra).
  apply (by_derivative (fun l => exp l / beta) (fun l => exp l / beta)).
  - intro u. auto_derive; [exact I | field; lra].
  - intro u. apply (ex_derive_continuous (fun l => exp l / beta)). auto_derive. exact I.
Qed.

Theorem jobs y r a z : 1 < y -> requests r -> a <= z ->
  (forall p, In p r -> a <= ln (snd p) /\ ln (snd p) + 2 * ln y <= z) ->
  1 <= (2 * y - 3 + 1 / y) / ln y ^ 2 ->
  ex_RInt (delays y r) a z /\
  RInt (delays y r) a z + own_times y a r <= (2 * y - 3 + 1 / y) / ln y ^ 2 * smith r.
Proof.
  intros Hy ok az Range K1. assert (L : 0 < ln y) by (rewrite <- ln_1; apply ln_increasing; lra).
  set (beta := 2 * ln y) in *. assert (b0 : 0 < beta) by (unfold beta; lra).
  destruct (offset y r a z Hy ok az) as [X B]. set (K := (2 * y - 3 + 1 / y) / ln y ^ 2) in *.
  assert (pos : forall p, In p r -> 0 < snd p).
  { intros p Hp. unfold requests in ok. rewrite Forall_forall in ok. apply ok, Hp. }
  set (f := fun V W l => attempt beta l V / beta * waiting beta l W).
  assert (Half : is_RInt (fun l => pairs (fun V W => f V W l) r) a z (RInt (offset_stage y r) a z / 2)).
  { apply (same (fun l => / 2 * offset_stage y r l)).
    - intros l _. unfold offset_stage, f. fold beta.
      rewrite <- (mean_product (fun V => attempt beta l V / beta) (waiting beta l)).
      rewrite (mean_same (fun V => attempt beta l V / beta) (fun V => / beta * attempt beta l V) r)
        by (intro; unfold Rdiv; ring). rewrite mean_scal. field. lra.
    - replace (RInt (offset_stage y r) a z / 2) with (/ 2 * RInt (offset_stage y r) a z) by field.
      apply (is_RInt_scal (offset_stage y r)), from_ex, X. }
  set (D := own (fun V => (V + V * beta / 2 - exp a) / beta) r).
  assert (Diag : is_RInt (fun l => own (fun V => f V V l) r) a z D).
  { apply (is_RInt_own (fun V l => f V V l)). intros p Hp. destruct (Range p Hp) as [R1 R2].
    apply (same (fun l => / beta * (attempt beta l (snd p) * waiting beta l (snd p)))).
    - intros l _. unfold f. field. lra.
    - replace ((snd p + snd p * beta / 2 - exp a) / beta) with (/ beta * (snd p + snd p * beta / 2 - exp a)) by (field; lra).
      apply (is_RInt_scal (fun l => attempt beta l (snd p) * waiting beta l (snd p))).
      apply alone; try assumption. apply pos, Hp. }
  assert (Del : is_RInt (delays y r) a z (RInt (offset_stage y r) a z / 2 - D)).
  { apply (same (fun l => pairs (fun V W => f V W l) r - own (fun V => f V V l) r)).
    - intros l _. rewrite pairs_others. unfold delays, f. fold beta. ring.
    - apply (is_RInt_minus (fun l => pairs (fun V W => f V W l) r)); assumption. }
  split; [eexists; exact Del|]. rewrite (unique _ _ _ _ Del).
  assert (Own : own_times y a r = D + / 2 * own (fun V => V) r).
  { unfold own_times, D. fold beta. rewrite <- own_scal, <- own_plus. apply own_same. intros p Hp.
    rewrite own_time by (assumption || apply pos, Hp). field. lra. }
  assert (Area : area_of r = others Rmin r + own (fun V => V) r).
  { unfold area_of. fold (pairs Rmin r). rewrite pairs_others. f_equal. apply own_same. intros p _.
    apply Rmin_left. lra. }
  assert (O0 : 0 <= own (fun V => V) r) by (apply own_nonneg; intros p Hp; apply Rlt_le, pos, Hp).
  assert (Sm : smith r = / 2 * area_of r + / 2 * own (fun V => V) r) by (unfold smith; rewrite Area; field).
  rewrite Own, Sm. nra.
Qed.

Theorem machine r a z : requests r -> a <= z ->
  (forall p, In p r -> a <= ln (snd p) /\ ln (snd p) + 2 * ln (929 / 250) <= z) ->
  ex_RInt (delays (929 / 250) r) a z /\
  RInt (delays (929 / 250) r) a z + own_times (929 / 250) a r <= 6821 / 2500 * smith r.
Proof.
  intros ok az Range.
  assert (K1 : 1 <= (2 * (929 / 250) - 3 + 1 / (929 / 250)) / ln (929 / 250) ^ 2) by interval with (i_prec 40).
  assert (K2 : (2 * (929 / 250) - 3 + 1 / (929 / 250)) / ln (929 / 250) ^ 2 <= 6821 / 2500) by interval with (i_prec 40).
  destruct (jobs (929 / 250) r a z ltac:(lra) ok az Range K1) as [X B]. split; [exact X|].
  eapply Rle_trans; [apply B|]. apply Rmult_le_compat_r; [|exact K2].
  unfold smith. assert (pos : forall p, In p r -> 0 <= snd p).
  { intros p Hp. unfold requests in ok. rewrite Forall_forall in ok. apply Rlt_le, ok, Hp. }
  assert (O := own_nonneg (fun V => V) r pos). assert (A : 0 <= others Rmin r).
  { clear - ok. induction ok as [|[x V] r [P Q] ok IH]; cbn [others]; [lra|]. cbn [fst snd] in *.
    apply Rplus_le_le_0_compat; [|assumption]. apply Rmult_le_pos; [assumption|].
    apply mean_nonneg; [assumption|]. intros W HW. unfold Rmin. destruct (Rle_dec V W), (Rle_dec W V); lra. }
  lra.
Qed.
