(** * Offset slicing from above: K(y), by Cauchy-Schwarz in every stage and a sum over pairs

    At the level e^l let s(u) = e^((l-u)/2) S(e^(l-u)), S(V) the share of volume more than V. Then the
    time of the stage is A = e^(l/2) (s(beta)/y + integral of e^(-u/2) s(u) over [0, beta]), and those
    who wait are e^(-l/2) integral of e^(u/2) s(u) / beta. With kappa1 and kappa2 the weights' totals,
    Cauchy-Schwarz bounds the squares by sums of x_i x_j over pairs, and over all levels l a pair
    comes to kappa1 min(V_i, V_j) and kappa2 min(V_i, V_j). *)
Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Volumes Means.
Import ListNotations.
Open Scope R_scope.

(** ** Cauchy-Schwarz at one level *)
Lemma from_square p a k : 0 < k -> (forall c, 0 <= p - 2 * c * a + c ^ 2 * k) -> a ^ 2 <= k * p.
Proof.
  intros k0 H. specialize (H (a / k)). replace (p - 2 * (a / k) * a + (a / k) ^ 2 * k) with ((k * p - a ^ 2) / k)
    in H by (field; lra).
  apply (Rmult_le_compat_l k) in H; [|lra]. rewrite Rmult_0_r in H.
  replace (k * ((k * p - a ^ 2) / k)) with (k * p - a ^ 2) in H by (field; lra). lra.
Qed.

Section Level.
Variables (beta : R) (r : list (R * R)).
Hypotheses (b0 : 0 < beta) (ok : requests r).

(** those who wait: S(e^(l-u)) over u, in squares e^(u/2) s(u)^2 = e^(l - u/2) S^2 *)
Definition waits (l V : R) : R := beta - theta beta l V.
Definition wait_square (l U : R) : R := 2 * (exp (l - theta beta l U / 2) - exp (l - beta / 2)).

Lemma wait_schwarz l :
  (exp (l / 2) * mean (waits l) r) ^ 2 <=
  (2 * exp (beta / 2) - 2) * pairs (fun V W => wait_square l (Rmin V W)) r.
Proof.
  assert (E : 1 < exp (beta / 2)) by (rewrite <- exp_0; apply exp_increasing; lra).
  apply from_square; [lra|]. intro c.
  assert (A : is_RInt (fun u => pairs (fun V W => runs l (Rmin V W) u * exp (l + (- / 2) * u)) r) 0 beta
    (pairs (fun V W => wait_square l (Rmin V W)) r)).
  { apply (is_RInt_pairs (fun V W u => runs l (Rmin V W) u * exp (l + (- / 2) * u))); [assumption|].
    intros V W P Q. assert (U : 0 < Rmin V W) by (apply Rmin_glb_lt; assumption).
    replace (wait_square l (Rmin V W)) with
      ((exp (l + (- / 2) * beta) - exp (l + (- / 2) * theta beta l (Rmin V W))) / (- / 2)).
    - apply since_exp; assumption || lra.
    - unfold wait_square. replace (l + - / 2 * beta) with (l - beta / 2) by field.
      replace (l + - / 2 * theta beta l (Rmin V W)) with (l - theta beta l (Rmin V W) / 2) by field. field. }
  assert (B : is_RInt (fun u => mean (fun V => runs l V u * exp (l / 2)) r) 0 beta
    (mean (fun V => exp (l / 2) * waits l V) r)).
  { apply (is_RInt_mean (fun V u => runs l V u * exp (l / 2))); [assumption|]. intros V P.
    replace (exp (l / 2) * waits l V) with (exp (l / 2) * beta - exp (l / 2) * theta beta l V)
      by (unfold waits; ring).
    apply (since_theta (fun _ => exp (l / 2)) (fun u => exp (l / 2) * u)); try assumption.
    - intro u. auto_derive; [exact I | ring].
    - intro u. apply continuous_const. }
  assert (C : is_RInt (fun u => exp (0 + / 2 * u)) 0 beta (2 * exp (beta / 2) - 2)).
  { replace (2 * exp (beta / 2) - 2) with (exp (0 + / 2 * beta) / (/ 2) - exp (0 + / 2 * 0) / (/ 2)).
    - apply (by_derivative _ (fun u => exp (0 + / 2 * u) / (/ 2))); intros; [apply exp_derive; lra | apply exp_continuous].
    - replace (0 + / 2 * beta) with (beta / 2) by field.
      replace (0 + / 2 * 0) with 0 by ring. rewrite exp_0. field. }
  rewrite <- mean_scal.
  apply (is_RInt_ge_0 (fun u => pairs (fun V W => runs l (Rmin V W) u * exp (l + (- / 2) * u)) r
    - 2 * c * mean (fun V => runs l V u * exp (l / 2)) r + c ^ 2 * exp (0 + / 2 * u)) 0 beta); [lra | |].
  - apply (is_RInt_plus (fun u => _ - _) (fun u => c ^ 2 * _)).
    + apply (is_RInt_minus (fun u => pairs _ _) (fun u => 2 * c * _)); [exact A|].
      apply (is_RInt_scal (fun u => mean _ _)), B.
    + apply (is_RInt_scal (fun u => exp _)), C.
  - intros u _. set (x := exp (u / 2)). set (w := exp ((l - u) / 2)). set (S_ := mean (fun V => runs l V u) r).
    replace (0 + / 2 * u) with (u / 2) by field. fold x.
    assert (Ew : exp (l / 2) = w * x) by (unfold w, x; rewrite <- exp_plus; f_equal; field).
    assert (E2 : exp (l + - / 2 * u) = w * w * x) by (unfold w, x; rewrite <- !exp_plus; f_equal; field).
    rewrite (pairs_ext _ (fun V W => w * w * x * (runs l V u * runs l W u)) r ok)
      by (intros; rewrite <- runs_min, E2; ring).
    rewrite pairs_scal, <- (mean_product (fun V => runs l V u) (fun V => runs l V u)). fold S_.
    rewrite (mean_ext _ (fun V => w * x * runs l V u) r ok) by (intros; rewrite Ew; ring).
    rewrite mean_scal. fold S_. assert (X : 0 < x) by apply exp_pos.
    replace (w * w * x * (S_ * S_) - 2 * c * (w * x * S_) + c ^ 2 * x) with (x * (w * S_ - c) ^ 2) by ring.
    apply Rmult_le_pos; [lra | apply pow2_ge_0].
Qed.
End Level.

(** the time of the stage: s(beta)/y and e^(-u/2) s(u), in squares e^(l - 3u/2) S^2 *)
Section Times.
Variables (beta : R) (r : list (R * R)).
Hypotheses (b0 : 0 < beta) (ok : requests r).

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [H| ->]; [left; apply exp_increasing, H | lra]. Qed.

Lemma attempt_eq l V : 0 < V ->
  attempt beta l V = runs l V beta * exp (l - beta) + (exp (l - theta beta l V) - exp (l - beta)).
Proof.
  intro P. unfold attempt, runs, theta. destruct (Rlt_dec (exp (l - beta)) V) as [H|H].
  - apply exp_lt_ln in H; [|assumption]. rewrite (Rmin_right beta) by lra.
    destruct (Rle_lt_dec l (ln V)) as [L|L].
    + assert (exp l <= V) by (rewrite <- (exp_ln V P); apply exp_le, L).
      rewrite Rmax_left, Rminus_0_r, Rmin_right by lra. ring.
    + assert (V <= exp l) by (rewrite <- (exp_ln V P); apply exp_le; lra).
      rewrite Rmax_right by lra. replace (l - (l - ln V)) with (ln V) by ring. rewrite exp_ln by assumption.
      rewrite Rmin_left by assumption. ring.
  - assert (ln V <= l - beta).
    { destruct (Rle_lt_dec (ln V) (l - beta)); [assumption|]. exfalso. apply H, exp_lt_ln; assumption. }
    rewrite Rmin_left, Rmax_right by lra. ring.
Qed.

Definition time_square (l U : R) : R :=
  exp (- beta / 2) * (runs l U beta * exp (l - beta)) +
  2 / 3 * (exp (l - 3 / 2 * theta beta l U) - exp (l - 3 / 2 * beta)).

Lemma time_schwarz l :
  (exp (- l / 2) * mean (attempt beta l) r) ^ 2 <=
  (2 - exp (- beta / 2)) * pairs (fun V W => time_square l (Rmin V W)) r.
Proof.
  assert (E : exp (- beta / 2) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
  assert (E0 := exp_pos (- beta / 2)). apply from_square; [lra|]. intro c.
  set (smooth := fun l U => 2 / 3 * (exp (l - 3 / 2 * theta beta l U) - exp (l - 3 / 2 * beta))).
  set (part := fun V => exp (l / 2 - theta beta l V) - exp (l / 2 - beta)).
  assert (A : is_RInt (fun u => pairs (fun V W => runs l (Rmin V W) u * exp (l + (- (3 / 2)) * u)) r) 0 beta
    (pairs (fun V W => smooth l (Rmin V W)) r)).
  { apply (is_RInt_pairs (fun V W u => runs l (Rmin V W) u * exp (l + (- (3 / 2)) * u))); [assumption|].
    intros V W P Q. assert (U : 0 < Rmin V W) by (apply Rmin_glb_lt; assumption).
    replace (smooth l (Rmin V W)) with
      ((exp (l + (- (3 / 2)) * beta) - exp (l + (- (3 / 2)) * theta beta l (Rmin V W))) / (- (3 / 2))).
    - apply since_exp; assumption || lra.
    - unfold smooth. replace (l + - (3 / 2) * beta) with (l - 3 / 2 * beta) by ring.
      replace (l + - (3 / 2) * theta beta l (Rmin V W)) with (l - 3 / 2 * theta beta l (Rmin V W)) by ring. field. }
  assert (B : is_RInt (fun u => mean (fun V => runs l V u * exp (l / 2 + (- 1) * u)) r) 0 beta (mean part r)).
  { apply (is_RInt_mean (fun V u => runs l V u * exp (l / 2 + (- 1) * u))); [assumption|]. intros V P.
    replace (part V) with ((exp (l / 2 + (- 1) * beta) - exp (l / 2 + (- 1) * theta beta l V)) / (- 1)).
    - apply since_exp; assumption || lra.
    - unfold part. replace (l / 2 + -1 * beta) with (l / 2 - beta) by ring.
      replace (l / 2 + -1 * theta beta l V) with (l / 2 - theta beta l V) by ring. field. }
  assert (C : is_RInt (fun u => exp (0 + (- / 2) * u)) 0 beta (2 - 2 * exp (- beta / 2))).
  { replace (2 - 2 * exp (- beta / 2)) with (exp (0 + (- / 2) * beta) / (- / 2) - exp (0 + (- / 2) * 0) / (- / 2)).
    - apply (by_derivative _ (fun u => exp (0 + (- / 2) * u) / (- / 2))); intros; [apply exp_derive; lra | apply exp_continuous].
    - replace (0 + - / 2 * beta) with (- beta / 2) by field.
      replace (0 + - / 2 * 0) with 0 by ring. rewrite exp_0. field. }
  assert (I1 : 0 <= pairs (fun V W => smooth l (Rmin V W)) r - 2 * c * mean part r
    + c ^ 2 * (2 - 2 * exp (- beta / 2))).
  { apply (is_RInt_ge_0 (fun u => pairs (fun V W => runs l (Rmin V W) u * exp (l + (- (3 / 2)) * u)) r
      - 2 * c * mean (fun V => runs l V u * exp (l / 2 + (- 1) * u)) r + c ^ 2 * exp (0 + (- / 2) * u)) 0 beta);
      [lra | |].
    - apply (is_RInt_plus (fun u => _ - _) (fun u => c ^ 2 * _)).
      + apply (is_RInt_minus (fun u => pairs _ _) (fun u => 2 * c * _)); [exact A|].
        apply (is_RInt_scal (fun u => mean _ _)), B.
      + apply (is_RInt_scal (fun u => exp _)), C.
    - intros u _. set (x := exp (- u / 2)). set (w := exp ((l - u) / 2)). set (S_ := mean (fun V => runs l V u) r).
      replace (0 + - / 2 * u) with (- u / 2) by field. fold x.
      assert (Ew : exp (l / 2 + -1 * u) = w * x) by (unfold w, x; rewrite <- exp_plus; f_equal; field).
      assert (E2 : exp (l + - (3 / 2) * u) = w * w * x) by (unfold w, x; rewrite <- !exp_plus; f_equal; field).
      rewrite (pairs_ext _ (fun V W => w * w * x * (runs l V u * runs l W u)) r ok)
        by (intros; rewrite <- runs_min, E2; ring).
      rewrite pairs_scal, <- (mean_product (fun V => runs l V u) (fun V => runs l V u)). fold S_.
      rewrite (mean_ext _ (fun V => w * x * runs l V u) r ok) by (intros; rewrite Ew; ring).
      rewrite mean_scal. fold S_. assert (X : 0 < x) by apply exp_pos.
      replace (w * w * x * (S_ * S_) - 2 * c * (w * x * S_) + c ^ 2 * x) with (x * (w * S_ - c) ^ 2) by ring.
      apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
  set (S_ := mean (fun V => runs l V beta) r). set (w := exp ((l - beta) / 2)).
  assert (I2 : 0 <= exp (- beta / 2) * (w * S_ - c) ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  assert (Ew : exp (l - beta) = w * w) by (unfold w; rewrite <- exp_plus; f_equal; field).
  assert (P1 : pairs (fun V W => time_square l (Rmin V W)) r =
    exp (- beta / 2) * (w * w) * (S_ * S_) + pairs (fun V W => smooth l (Rmin V W)) r).
  { unfold S_. rewrite (mean_product (fun V => runs l V beta) (fun V => runs l V beta)), <- pairs_scal, <- pairs_plus.
    apply pairs_ext; [assumption|]. intros V W _ _. unfold time_square, smooth. rewrite <- runs_min, Ew. ring. }
  assert (P2 : exp (- l / 2) * mean (attempt beta l) r = exp (- beta / 2) * w * S_ + mean part r).
  { unfold S_. rewrite <- !mean_scal, <- mean_plus. apply mean_ext; [assumption|]. intros V P.
    rewrite attempt_eq by assumption. unfold part.
    replace (exp (l / 2 - theta beta l V)) with (exp (- l / 2) * exp (l - theta beta l V))
      by (rewrite <- exp_plus; f_equal; field).
    replace (exp (l / 2 - beta)) with (exp (- l / 2) * exp (l - beta)) by (rewrite <- exp_plus; f_equal; field).
    replace (exp (- beta / 2) * w) with (exp (- l / 2) * exp (l - beta))
      by (unfold w; rewrite <- !exp_plus; f_equal; field). ring. }
  rewrite P1, P2. lra.
Qed.
End Times.

(** ** Over all levels *)
(** a function that is g1 below mu, g2 between mu and nu, and 0 above *)
Lemma two_pieces (g g1 g2 G1 G2 : R -> R) mu nu C : mu <= nu ->
  (forall l, l < mu -> g l = g1 l) -> (forall l, mu < l < nu -> g l = g2 l) -> (forall l, nu < l -> g l = 0) ->
  (forall l, is_derive G1 l (g1 l)) -> (forall l, continuous g1 l) ->
  (forall l, is_derive G2 l (g2 l)) -> (forall l, continuous g2 l) ->
  (forall l, 0 <= g l) -> (forall l, 0 <= G1 l) -> G1 mu + (G2 nu - G2 mu) <= C ->
  forall a z, a <= z -> ex_RInt g a z /\ RInt g a z <= C.
Proof.
  intros M E1 E2 E3 D1 C1 D2 C2 P Q HC a z H.
  set (a' := Rmin a mu). set (z' := Rmax z nu).
  assert (Ha : a' <= a /\ a' <= mu) by (split; [apply Rmin_l | apply Rmin_r]).
  assert (Hz : z <= z' /\ nu <= z') by (split; [apply Rmax_l | apply Rmax_r]).
  assert (W : is_RInt g a' z' ((G1 mu - G1 a') + ((G2 nu - G2 mu) + 0))).
  { apply (chasles g a' mu z'); [|apply (chasles g mu nu z')].
    - apply (same g1); [|apply by_derivative; assumption]. intros u Hu.
      rewrite Rmin_left, Rmax_right in Hu by lra. symmetry. apply E1. lra.
    - apply (same g2); [|apply by_derivative; assumption]. intros u Hu.
      rewrite Rmin_left, Rmax_right in Hu by lra. symmetry. apply E2. lra.
    - apply (same (fun _ => 0)); [|apply is_RInt_zero]. intros u Hu.
      rewrite Rmin_left, Rmax_right in Hu by lra. symmetry. apply E3. lra. }
  assert (X : ex_RInt g a' z') by (eexists; exact W).
  assert (X1 : ex_RInt g a' z) by (apply (ex_RInt_Chasles_1 g a' z z'); [lra | exact X]).
  assert (X2 : ex_RInt g z z') by (apply (ex_RInt_Chasles_2 g a' z z'); [lra | exact X]).
  assert (X3 : ex_RInt g a' a) by (apply (ex_RInt_Chasles_1 g a' a z); [lra | exact X1]).
  assert (X4 : ex_RInt g a z) by (apply (ex_RInt_Chasles_2 g a' a z); [lra | exact X1]).
  split; [exact X4|]. assert (Wv := is_RInt_unique g a' z' _ W).
  assert (S1 : RInt g a' z + RInt g z z' = RInt g a' z') by exact (RInt_Chasles g a' z z' X1 X2).
  assert (S2 : RInt g a' a + RInt g a z = RInt g a' z) by exact (RInt_Chasles g a' a z X3 X4).
  assert (N1 : 0 <= RInt g a' a) by (apply RInt_ge_0; [lra | exact X3 | intros; apply P]).
  assert (N2 : 0 <= RInt g z z') by (apply RInt_ge_0; [lra | exact X2 | intros; apply P]).
  assert (G := Q a'). lra.
Qed.

Section Totals.
Variable beta : R.
Hypothesis b0 : 0 < beta.

Lemma theta_below l V : l <= ln V -> theta beta l V = 0.
Proof. intro. unfold theta. rewrite Rmin_right, Rmax_left by lra. reflexivity. Qed.

Lemma theta_between l V : ln V <= l <= ln V + beta -> theta beta l V = l - ln V.
Proof. intro. unfold theta. rewrite Rmin_right, Rmax_right by lra. reflexivity. Qed.

Lemma theta_above l V : ln V + beta <= l -> theta beta l V = beta.
Proof. intro. unfold theta. rewrite Rmin_left, Rmax_right by lra. reflexivity. Qed.

Lemma wait_total U a z : 0 < U -> a <= z -> ex_RInt (fun l => wait_square beta l U) a z /\
  RInt (fun l => wait_square beta l U) a z <= (2 * exp (beta / 2) - 2) * U.
Proof.
  intros P. set (g1 := fun l => 2 * (exp l - exp (l - beta / 2))).
  set (m := ln U). set (G2 := fun l => 4 * exp ((l + m) / 2) - 2 * exp (l - beta / 2)).
  apply (two_pieces _ g1 (fun l => 2 * exp ((l + m) / 2) - 2 * exp (l - beta / 2)) g1 G2 m (m + beta)); try lra.
  - intros l H. unfold wait_square. rewrite theta_below by (unfold m in H; lra). unfold g1.
    replace (l - 0 / 2) with l by field. reflexivity.
  - intros l H. unfold wait_square. rewrite theta_between by (unfold m in H; lra). fold m.
    replace (l - (l - m) / 2) with ((l + m) / 2) by field. ring.
  - intros l H. unfold wait_square. rewrite theta_above by (unfold m in H; lra). ring.
  - intro l. unfold g1. auto_derive; [exact I|]. unfold Rminus. ring.
  - intro l. apply (ex_derive_continuous g1). unfold g1. auto_derive. exact I.
  - intro l. unfold G2. auto_derive; [exact I|]. unfold Rminus, Rdiv. field.
  - intro l. apply (ex_derive_continuous (fun l => 2 * exp ((l + m) / 2) - 2 * exp (l - beta / 2))). auto_derive. exact I.
  - intro l. unfold wait_square. assert (T := theta_range beta l U ltac:(lra)).
    assert (exp (l - beta / 2) <= exp (l - theta beta l U / 2)) by (apply exp_le; lra). lra.
  - intro l. unfold g1. assert (exp (l - beta / 2) <= exp l) by (apply exp_le; lra). lra.
  - unfold g1, G2. replace ((m + beta + m) / 2) with (m + beta / 2) by field.
    replace (m + beta - beta / 2) with (m + beta / 2) by field. replace ((m + m) / 2) with m by field.
    rewrite exp_plus. unfold m. rewrite exp_ln by assumption. apply Req_le. ring.
Qed.

Lemma time_total U a z : 0 < U -> a <= z -> ex_RInt (fun l => time_square beta l U) a z /\
  RInt (fun l => time_square beta l U) a z <= (2 - exp (- beta / 2)) * U.
Proof.
  intros P. set (m := ln U).
  set (g1 := fun l => / 3 * exp (l - 3 / 2 * beta) + 2 / 3 * exp l).
  set (g2 := fun l => / 3 * exp (l - 3 / 2 * beta) + 2 / 3 * exp (3 / 2 * m - l / 2)).
  set (G2 := fun l => / 3 * exp (l - 3 / 2 * beta) - 4 / 3 * exp (3 / 2 * m - l / 2)).
  assert (E3 : forall l, exp (- beta / 2) * exp (l - beta) = exp (l - 3 / 2 * beta))
    by (intro; rewrite <- exp_plus; f_equal; field).
  apply (two_pieces _ g1 g2 g1 G2 m (m + beta)); try lra.
  - intros l H. unfold time_square, runs. rewrite theta_below by (unfold m in H; lra). unfold g1.
    destruct (Rlt_dec (exp (l - beta)) U) as [L|L]; [|exfalso; apply L, exp_lt_ln; [assumption | fold m; lra]].
    rewrite Rmult_1_l, E3. replace (l - 3 / 2 * 0) with l by ring. field.
  - intros l H. unfold time_square, runs. rewrite theta_between by (unfold m in H; lra). unfold g2. fold m.
    destruct (Rlt_dec (exp (l - beta)) U) as [L|L]; [|exfalso; apply L, exp_lt_ln; [assumption | fold m; lra]].
    rewrite Rmult_1_l, E3. replace (l - 3 / 2 * (l - m)) with (3 / 2 * m - l / 2) by field. field.
  - intros l H. unfold time_square, runs. rewrite theta_above by (unfold m in H; lra).
    destruct (Rlt_dec (exp (l - beta)) U) as [L|L]; [|ring].
    exfalso. apply exp_lt_ln in L; [|assumption]. fold m in L. lra.
  - intro l. unfold g1. auto_derive; [exact I|]. unfold Rminus. ring.
  - intro l. apply (ex_derive_continuous g1). unfold g1. auto_derive. exact I.
  - intro l. unfold G2, g2. auto_derive; [exact I|]. unfold Rminus, Rdiv. field.
  - intro l. apply (ex_derive_continuous g2). unfold g2. auto_derive. exact I.
  - intro l. unfold time_square. assert (T := theta_range beta l U ltac:(lra)).
    assert (exp (l - 3 / 2 * beta) <= exp (l - 3 / 2 * theta beta l U)) by (apply exp_le; lra).
    assert (0 <= runs l U beta) by (unfold runs; destruct (Rlt_dec _ _); lra).
    assert (0 <= exp (- beta / 2) * (runs l U beta * exp (l - beta)))
      by (assert (X := exp_pos (l - beta)); assert (Y := exp_pos (- beta / 2)); repeat apply Rmult_le_pos; lra). lra.
  - intro l. unfold g1. assert (X := exp_pos (l - 3 / 2 * beta)). assert (Y := exp_pos l). lra.
  - unfold g1, G2. replace (m + beta - 3 / 2 * beta) with (m + - beta / 2) by field.
    replace (3 / 2 * m - (m + beta) / 2) with (m + - beta / 2) by field.
    replace (3 / 2 * m - m / 2) with m by field. rewrite exp_plus. unfold m. rewrite exp_ln by assumption.
    apply Req_le. field.
Qed.
End Totals.
