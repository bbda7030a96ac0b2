(** * Offset slicing from above: K(y) *)
Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Volumes Means Levels.
Import ListNotations.
Open Scope R_scope.

(** ** Time and wait together *)
Lemma from_ex (f : R -> R) a z : ex_RInt f a z -> is_RInt f a z (RInt f a z).
Proof. exact (RInt_correct f a z). Qed.

Lemma unique (f : R -> R) a z (I : R) : is_RInt f a z I -> RInt f a z = I.
Proof. exact (is_RInt_unique f a z I). Qed.

(** continuous up to nu, then 0 *)
Lemma cutoff (g h : R -> R) nu a z : (forall l, l < nu -> g l = h l) -> (forall l, nu < l -> g l = 0) ->
  (forall l, continuous h l) -> a <= z -> ex_RInt g a z.
Proof.
  intros E1 E2 C H. set (m := Rmax a (Rmin nu z)).
  assert (M1 : a <= m) by apply Rmax_l. assert (M2 : Rmin nu z <= m) by apply Rmax_r.
  assert (M3 : m <= z) by (apply Rmax_lub; [assumption | apply Rmin_r]).
  exists (RInt h a m + 0). apply (chasles g a m z).
  - apply (same h).
    + intros l Hl. rewrite Rmin_left, Rmax_right in Hl by lra. symmetry. apply E1.
      assert (m <= nu); [|lra]. unfold m in *. assert (Rmin nu z <= nu) by apply Rmin_l.
      unfold Rmax in *. destruct (Rle_dec a (Rmin nu z)); lra.
    + apply from_ex, (ex_RInt_continuous h). intros; apply C.
  - apply (same (fun _ => 0)); [|apply is_RInt_zero].
    intros l Hl. rewrite Rmin_left, Rmax_right in Hl by lra. symmetry. apply E2.
    unfold Rmin in M2. destruct (Rle_dec nu z); lra.
Qed.

Lemma continuous_min (f g : R -> R) l :
  continuous f l -> continuous g l -> continuous (fun t => Rmin (f t) (g t)) l.
Proof.
  intros F G. apply (continuous_ext (fun t => / 2 * ((f t + g t) - Rabs (f t - g t)))).
  - intro t. unfold Rmin, Rabs. destruct (Rle_dec (f t) (g t)), (Rcase_abs (f t - g t)); lra.
  - apply (continuous_scal_r (/ 2) (fun t => (f t + g t) - Rabs (f t - g t))).
    apply (continuous_minus (fun t => f t + g t) (fun t => Rabs (f t - g t))).
    + apply (continuous_plus f g); assumption.
    + apply (continuous_comp (fun t => f t - g t) Rabs); [|apply continuous_Rabs].
      apply (continuous_minus f g); assumption.
Qed.

Lemma min_exp_continuous V l : continuous (fun l => Rmin V (exp l)) l.
Proof.
  apply (continuous_min (fun _ => V) exp); [apply continuous_const|].
  apply (ex_derive_continuous exp). auto_derive. exact I.
Qed.

Section Price.
Variables (beta : R) (r : list (R * R)) (a z : R).
Hypotheses (b0 : 0 < beta) (ok : requests r) (az : a <= z).
Local Notation k1 := (2 - exp (- beta / 2)).

Lemma product_paid (d square : R -> R -> R) k2 : 0 < k2 ->
  (forall l, (exp (l / 2) * mean (d l) r) ^ 2 <= k2 * pairs (fun V W => square l (Rmin V W)) r) ->
  (forall U, 0 < U -> ex_RInt (fun l => square l U) a z /\ RInt (fun l => square l U) a z <= k2 * U) ->
  (forall V W, 0 < V -> 0 < W -> ex_RInt (fun l => attempt beta l V * d l W) a z) ->
  ex_RInt (fun l => mean (attempt beta l) r * mean (d l) r) a z /\
  RInt (fun l => mean (attempt beta l) r * mean (d l) r) a z <= k1 * k2 * area_of r.
Proof.
  intros K2 Hs Hi Hx.
  assert (K1 : 0 < k1) by (assert (exp (- beta / 2) < 1); [rewrite <- exp_0; apply exp_increasing|]; lra).
  assert (X : ex_RInt (fun l => mean (attempt beta l) r * mean (d l) r) a z).
  { eexists. apply (same (fun l => pairs (fun V W => attempt beta l V * d l W) r)).
    - intros l _. symmetry. apply (mean_product (attempt beta l) (d l)).
    - apply (is_RInt_pairs (fun V W l => attempt beta l V * d l W)); [assumption|].
      intros V W P Q. apply from_ex, Hx; assumption. }
  split; [exact X|].
  set (both := fun V W l => k2 / 2 * time_square beta l (Rmin V W) + k1 / 2 * square l (Rmin V W)).
  assert (B : is_RInt (fun l => pairs (fun V W => both V W l) r) a z (pairs (fun V W =>
    k2 / 2 * RInt (fun l => time_square beta l (Rmin V W)) a z + k1 / 2 * RInt (fun l => square l (Rmin V W)) a z) r)).
  { apply (is_RInt_pairs both); [assumption|]. intros V W P Q.
    assert (U : 0 < Rmin V W) by (apply Rmin_glb_lt; assumption).
    apply (is_RInt_plus (fun l => k2 / 2 * time_square beta l (Rmin V W)) (fun l => k1 / 2 * square l (Rmin V W))).
    - apply (is_RInt_scal (fun l => time_square beta l (Rmin V W))), from_ex, time_total; assumption.
    - apply (is_RInt_scal (fun l => square l (Rmin V W))), from_ex, Hi; assumption. }
  apply Rle_trans with (RInt (fun l => pairs (fun V W => both V W l) r) a z).
  - apply RInt_le; [assumption | exact X | eexists; exact B|]. intros l _.
    assert (T := time_schwarz beta r b0 ok l). assert (S_ := Hs l).
    unfold both. rewrite pairs_plus, !pairs_scal.
    set (p := exp (- l / 2) * mean (attempt beta l) r) in *. set (q := exp (l / 2) * mean (d l) r) in *.
    replace (mean (attempt beta l) r * mean (d l) r) with (p * q).
    2:{ unfold p, q. assert (E : exp (- l / 2) * exp (l / 2) = 1) by (rewrite <- exp_plus, <- exp_0; f_equal; field).
        replace (exp (- l / 2) * mean (attempt beta l) r * (exp (l / 2) * mean (d l) r))
          with (exp (- l / 2) * exp (l / 2) * (mean (attempt beta l) r * mean (d l) r)) by ring. rewrite E. ring. }
    set (PT := pairs (fun V W => time_square beta l (Rmin V W)) r) in *.
    set (PS := pairs (fun V W => square l (Rmin V W)) r) in *.
    assert (G : 0 <= (k2 * p - k1 * q) ^ 2) by apply pow2_ge_0.
    assert (T2 := Rmult_le_compat_l (k2 ^ 2) _ _ (pow2_ge_0 _) T).
    assert (S2 := Rmult_le_compat_l (k1 ^ 2) _ _ (pow2_ge_0 _) S_).
    apply (Rmult_le_reg_l (2 * k1 * k2)); [repeat apply Rmult_lt_0_compat; lra|]. lra.
  - rewrite (unique _ _ _ _ B). unfold area_of. fold (pairs Rmin r). rewrite <- pairs_scal.
    apply pairs_le; [assumption|]. intros V W P Q. assert (U : 0 < Rmin V W) by (apply Rmin_glb_lt; assumption).
    destruct (time_total beta b0 (Rmin V W) a z U az) as [_ T]. destruct (Hi (Rmin V W) U) as [_ S_].
    assert (T2 := Rmult_le_compat_l (k2 / 2) _ _ ltac:(lra) T).
    assert (S2 := Rmult_le_compat_l (k1 / 2) _ _ ltac:(lra) S_). lra.
Qed.

Lemma waiting_eq l V : 0 < V -> waiting beta l V = / beta * waits beta l V.
Proof.
  intro P. unfold waiting. apply unique.
  replace (/ beta * waits beta l V) with (/ beta * beta - / beta * theta beta l V) by (unfold waits; ring).
  apply (same (fun u => runs l V u * / beta)).
  - intros u _. unfold runs. destruct (Rlt_dec (exp (l - u)) V); ring.
  - apply (since_theta (fun _ => / beta) (fun u => / beta * u)); try assumption.
    + intro u. auto_derive; [exact I | ring].
    + intro u. apply continuous_const.
Qed.

Lemma waits_continuous V l : continuous (fun l => waits beta l V) l.
Proof.
  apply (continuous_ext (fun l => Rmin beta (beta - Rmin beta (l - ln V)))).
  - intro t. unfold waits, theta, Rmax. destruct (Rle_dec 0 (Rmin beta (t - ln V))).
    + apply Rmin_right. lra.
    + rewrite Rmin_left; lra.
  - apply (continuous_min (fun _ => beta) (fun l => beta - Rmin beta (l - ln V))); [apply continuous_const|].
    apply (continuous_minus (fun _ => beta) (fun l => Rmin beta (l - ln V))); [apply continuous_const|].
    apply (continuous_min (fun _ => beta) (fun l => l - ln V)); [apply continuous_const|].
    apply (ex_derive_continuous (fun l => l - ln V)). auto_derive. exact I.
Qed.

Lemma attempt_below l V : 0 < V -> l < ln V + beta -> attempt beta l V = Rmin V (exp l).
Proof.
  intros P H. unfold attempt. destruct (Rlt_dec _ _) as [|N]; [reflexivity|]. exfalso. apply N, exp_lt_ln; lra.
Qed.

Lemma attempt_above l V : 0 < V -> ln V + beta < l -> attempt beta l V = 0.
Proof.
  intros P H. unfold attempt. destruct (Rlt_dec _ _) as [L|]; [|reflexivity].
  apply exp_lt_ln in L; [lra | assumption].
Qed.
End Price.

Theorem offset y r a z : 1 < y -> requests r -> a <= z ->
  ex_RInt (offset_stage y r) a z /\
  RInt (offset_stage y r) a z <= (2 * y - 3 + 1 / y) / ln y ^ 2 * area_of r.
Proof.
  intros Hy ok az. assert (L : 0 < ln y) by (rewrite <- ln_1; apply ln_increasing; lra).
  set (beta := 2 * ln y). assert (b0 : 0 < beta) by (unfold beta; lra).
  assert (Ey : exp (beta / 2) = y) by (unfold beta; replace (2 * ln y / 2) with (ln y) by field; apply exp_ln; lra).
  assert (Ey' : exp (- beta / 2) = / y).
  { replace (- beta / 2) with (- (beta / 2)) by field. rewrite exp_Ropp, Ey. reflexivity. }
  destruct (product_paid beta r a z b0 ok az (waits beta) (wait_square beta) (2 * y - 2)) as [X B]; [lra | | | |].
  - intro l. rewrite <- Ey. apply wait_schwarz; assumption.
  - intros U P. rewrite <- Ey. apply wait_total; assumption.
  - intros V W P Q. apply (cutoff _ (fun l => Rmin V (exp l) * waits beta l W) (ln V + beta)); [| | |assumption].
    + intros l H. rewrite attempt_below by assumption. reflexivity.
    + intros l H. rewrite attempt_above by assumption. ring.
    + intro l. apply (continuous_mult (fun l => Rmin V (exp l)) (fun l => waits beta l W));
        [apply min_exp_continuous | apply waits_continuous].
  - set (f := fun l => mean (attempt beta l) r * mean (waits beta l) r) in *.
    assert (E : forall l, 2 / beta ^ 2 * f l = offset_stage y r l).
    { intro l. unfold offset_stage, f. fold beta.
      rewrite (mean_ext (waiting beta l) (fun V => / beta * waits beta l V) r ok)
        by (intros; apply waiting_eq; assumption).
      rewrite mean_scal. field. lra. }
    assert (J : is_RInt (offset_stage y r) a z (2 / beta ^ 2 * RInt f a z)).
    { apply (same (fun l => 2 / beta ^ 2 * f l)); [intros; apply E|].
      apply (is_RInt_scal f), from_ex, X. }
    split; [eexists; exact J|]. rewrite (unique _ _ _ _ J).
    apply Rle_trans with (2 / beta ^ 2 * ((2 - exp (- beta / 2)) * (2 * y - 2) * area_of r)).
    + apply Rmult_le_compat_l; [|exact B]. apply Rlt_le, Rdiv_lt_0_compat; [lra | apply pow_lt, b0].
    + rewrite Ey'. apply Req_le. unfold beta. field. lra.
Qed.
