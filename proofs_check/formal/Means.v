(** * Means over the requests, sums over pairs, and integrals of both *)
Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Volumes.
Import ListNotations.
Open Scope R_scope.

(** ** Means over the requests *)
Lemma mean_ext f g r : requests r -> (forall V, 0 < V -> f V = g V) -> mean f r = mean g r.
Proof.
  intros ok H. induction ok as [|[x V] r [X P] ok IH]; cbn [mean]; [reflexivity|].
  rewrite IH, H by assumption. reflexivity.
Qed.

Lemma mean_le f g r : requests r -> (forall V, 0 < V -> f V <= g V) -> mean f r <= mean g r.
Proof.
  intros ok H. induction ok as [|[x V] r [X P] ok IH]; cbn [mean]; [lra|]. cbn [fst snd] in *.
  apply Rplus_le_compat; [apply Rmult_le_compat_l; auto | assumption].
Qed.

Lemma mean_zero r : mean (fun _ => 0) r = 0.
Proof. induction r as [|[x V] r IH]; cbn [mean]; [reflexivity|]. rewrite IH. ring. Qed.

Lemma mean_nonneg f r : requests r -> (forall V, 0 < V -> 0 <= f V) -> 0 <= mean f r.
Proof. intros ok H. rewrite <- (mean_zero r). apply mean_le; assumption. Qed.

Lemma mean_scal a f r : mean (fun V => a * f V) r = a * mean f r.
Proof. induction r as [|[x V] r IH]; cbn [mean]; [ring|]. rewrite IH. ring. Qed.

Lemma mean_plus f g r : mean (fun V => f V + g V) r = mean f r + mean g r.
Proof. induction r as [|[x V] r IH]; cbn [mean]; [ring|]. rewrite IH. ring. Qed.

(** a product of means is one over pairs *)
Definition pairs (f : R -> R -> R) (r : list (R * R)) : R := mean (fun V => mean (f V) r) r.

Lemma mean_same f g r : (forall V, f V = g V) -> mean f r = mean g r.
Proof.
  intro H. induction r as [|[x V] r IH]; cbn [mean]; [reflexivity|]. rewrite IH, H. reflexivity.
Qed.

Lemma mean_product f g r : mean f r * mean g r = pairs (fun V W => f V * g W) r.
Proof.
  unfold pairs. rewrite Rmult_comm, <- mean_scal. apply mean_same. intro V.
  rewrite mean_scal. ring.
Qed.

Lemma pairs_scal a f r : pairs (fun V W => a * f V W) r = a * pairs f r.
Proof. unfold pairs. rewrite <- mean_scal. apply mean_same. intro. apply mean_scal. Qed.

Lemma pairs_plus f g r : pairs (fun V W => f V W + g V W) r = pairs f r + pairs g r.
Proof. unfold pairs. rewrite <- mean_plus. apply mean_same. intro. apply mean_plus. Qed.

Lemma pairs_le f g r : requests r -> (forall V W, 0 < V -> 0 < W -> f V W <= g V W) ->
  pairs f r <= pairs g r.
Proof. intros ok H. apply mean_le; [assumption|]. intros. apply mean_le; [assumption|]. intros. auto. Qed.

Lemma pairs_ext f g r : requests r -> (forall V W, 0 < V -> 0 < W -> f V W = g V W) ->
  pairs f r = pairs g r.
Proof. intros ok H. apply mean_ext; [assumption|]. intros. apply mean_ext; [assumption|]. intros. auto. Qed.

(** means of integrals *)
Lemma is_RInt_zero a z : is_RInt (fun _ : R => 0) a z 0.
Proof.
  assert (H : is_RInt (fun _ : R => 0) a z ((z - a) * 0)) by apply (is_RInt_const a z (0 : R_NormedModule)).
  rewrite Rmult_0_r in H. exact H.
Qed.

Lemma same (f g : R -> R) a z (I : R) : (forall u, Rmin a z < u < Rmax a z -> f u = g u) ->
  is_RInt f a z I -> is_RInt g a z I.
Proof. exact (is_RInt_ext f g a z I). Qed.

Lemma chasles (f : R -> R) a b z I J : is_RInt f a b I -> is_RInt f b z J -> is_RInt f a z (I + J).
Proof. intros H K. exact (is_RInt_Chasles f a b z I J H K). Qed.

Lemma by_derivative (f F : R -> R) a z : (forall u, is_derive F u (f u)) -> (forall u, continuous f u) ->
  is_RInt f a z (F z - F a).
Proof. intros H K. exact (is_RInt_derive F f a z (fun u _ => H u) (fun u _ => K u)). Qed.

Lemma is_RInt_mean (f : R -> R -> R) I a z r : requests r ->
  (forall V, 0 < V -> is_RInt (f V) a z (I V)) -> is_RInt (fun u => mean (fun V => f V u) r) a z (mean I r).
Proof.
  intros ok H. induction ok as [|[x V] r [X P] ok IH]; cbn [mean].
  - apply is_RInt_zero.
  - apply (is_RInt_plus (fun u => x * f V u) (fun u => mean (fun V => f V u) r)); [|exact IH].
    apply (is_RInt_scal (f V)). apply H, P.
Qed.

Lemma is_RInt_pairs (f : R -> R -> R -> R) I a z r : requests r ->
  (forall V W, 0 < V -> 0 < W -> is_RInt (f V W) a z (I V W)) ->
  is_RInt (fun u => pairs (fun V W => f V W u) r) a z (pairs I r).
Proof.
  intros ok H. apply (is_RInt_mean (fun V u => mean (fun W => f V W u) r)); [assumption|].
  intros V P. apply (is_RInt_mean (f V)); [assumption|]. intros W Q. apply H; assumption.
Qed.

(** ** Integrals up to where a request completes *)
Definition runs (l V u : R) : R := if Rlt_dec (exp (l - u)) V then 1 else 0.

Lemma exp_lt_ln t V : 0 < V -> exp t < V <-> t < ln V.
Proof.
  intro P. split; intro H.
  - rewrite <- (ln_exp t). apply ln_increasing; [apply exp_pos | assumption].
  - rewrite <- (exp_ln V) by assumption. apply exp_increasing, H.
Qed.

Lemma runs_min l V W u : runs l V u * runs l W u = runs l (Rmin V W) u.
Proof.
  unfold runs, Rmin. destruct (Rlt_dec (exp (l - u)) V), (Rlt_dec (exp (l - u)) W), (Rle_dec V W);
    destruct (Rlt_dec _ _); lra.
Qed.

(** in [0, beta] it has run since theta *)
Definition theta (beta l V : R) : R := Rmax 0 (Rmin beta (l - ln V)).

Lemma theta_range beta l V : 0 <= beta -> 0 <= theta beta l V <= beta.
Proof. intro. unfold theta. split; [apply Rmax_l | apply Rmax_lub; [assumption | apply Rmin_l]]. Qed.

Lemma since_theta (f : R -> R) F beta l V : 0 < beta -> 0 < V ->
  (forall u, is_derive F u (f u)) -> (forall u, continuous f u) ->
  is_RInt (fun u => runs l V u * f u) 0 beta (F beta - F (theta beta l V)).
Proof.
  intros b0 P HF Hf. assert (T := theta_range beta l V ltac:(lra)). set (t := theta beta l V) in *.
  replace (F beta - F t) with (0 + (F beta - F t)) by ring. apply (chasles _ 0 t beta).
  - apply (same (fun _ => 0)).
    + intros u Hu. rewrite Rmin_left, Rmax_right in Hu by lra. unfold runs.
      destruct (Rlt_dec (exp (l - u)) V) as [H|H]; [|ring]. exfalso.
      apply exp_lt_ln in H; [|assumption]. unfold t, theta in Hu.
      assert (u < Rmin beta (l - ln V)) by (unfold Rmax in Hu; destruct (Rle_dec 0 (Rmin beta (l - ln V))); lra).
      assert (Rmin beta (l - ln V) <= l - ln V) by apply Rmin_r. lra.
    + apply is_RInt_zero.
  - apply (same f).
    + intros u Hu. rewrite Rmin_left, Rmax_right in Hu by lra. unfold runs.
      destruct (Rlt_dec (exp (l - u)) V) as [H|H]; [ring|]. exfalso. apply H, exp_lt_ln; [assumption|].
      unfold t, theta in Hu. assert (Rmin beta (l - ln V) <= Rmax 0 (Rmin beta (l - ln V))) by apply Rmax_r.
      unfold Rmin in *. destruct (Rle_dec beta (l - ln V)); lra.
    + apply by_derivative; assumption.
Qed.

Lemma exp_derive d p u : p <> 0 -> is_derive (fun u => exp (d + p * u) / p) u (exp (d + p * u)).
Proof. intro. auto_derive; [exact I|]. field. assumption. Qed.

Lemma exp_continuous d p u : continuous (fun u => exp (d + p * u)) u.
Proof. apply (ex_derive_continuous (fun u => exp (d + p * u))). auto_derive. exact I. Qed.

Lemma since_exp d p beta l V : 0 < beta -> 0 < V -> p <> 0 ->
  is_RInt (fun u => runs l V u * exp (d + p * u)) 0 beta
    ((exp (d + p * beta) - exp (d + p * theta beta l V)) / p).
Proof.
  intros b0 P N. replace ((exp (d + p * beta) - exp (d + p * theta beta l V)) / p)
    with (exp (d + p * beta) / p - exp (d + p * theta beta l V) / p) by (field; assumption).
  apply (since_theta (fun u => exp (d + p * u)) (fun u => exp (d + p * u) / p)); try assumption.
  - intro u. apply exp_derive, N.
  - intro u. apply exp_continuous.
Qed.
