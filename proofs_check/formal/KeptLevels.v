(** * Slices that keep the tokens, by volume: 1 + sqrt g from the first level g a on, and restarts

    A request of volume V spends w = min(V, C) - min(V, A) in the slice from A to C; of two requests
    w w' <= (C - A) min(w, w'), and over all slices the min(w, w') add up to min(V, V'). With p the mean
    of w over C - A, who is left after a slice is at most p. *)
Require Import Reals Lra Lia Psatz List.
From KVRatio Require Import Fluid Volumes Means.
Import ListNotations.
Open Scope R_scope.

Lemma mean_from a f f' r : requests r -> List.Forall (fun q => a <= snd q) r -> (forall V, a <= V -> f V <= f' V) ->
  mean f r <= mean f' r.
Proof.
  intros ok least H. induction ok as [|[x V] r [X P] ok IH]; cbn [mean]; [lra|].
  inversion least; subst. cbn [fst snd] in *. apply Rplus_le_compat; [apply Rmult_le_compat_l; auto | apply IH; assumption].
Qed.

Section Levels.
Variables (r : list (R * R)).
Hypothesis ok : requests r.

Lemma spent_range A C V : A <= C -> 0 <= spent A C V <= C - A.
Proof. intro H. unfold spent, Rmin. destruct (Rle_dec V C), (Rle_dec V A); lra. Qed.

(** what is left of the area bound beyond a level *)
Definition beyond (A V W : R) : R := Rmin V W - Rmin (Rmin V W) A.
Lemma beyond_nonneg A : 0 <= pairs (beyond A) r.
Proof.
  rewrite <- (mean_zero r). apply mean_le; [assumption|]. intros V _. rewrite <- (mean_zero r).
  apply mean_le; [assumption|]. intros W _. unfold beyond. assert (A1 := Rmin_l (Rmin V W) A). lra.
Qed.

(** a slice and its part of the area bound *)
Lemma slice_area A C : A < C -> mean (spent A C) r ^ 2 / (C - A) + pairs (beyond C) r <= pairs (beyond A) r.
Proof.
  intro H. replace (mean (spent A C) r ^ 2 / (C - A)) with (/ (C - A) * (mean (spent A C) r * mean (spent A C) r))
    by (field; lra).
  rewrite mean_product, <- pairs_scal, <- pairs_plus. apply pairs_le; [assumption|]. intros V W _ _.
  assert (S1 := spent_range A C V ltac:(lra)). assert (S2 := spent_range A C W ltac:(lra)).
  assert (E : Rmin (spent A C V) (spent A C W) + beyond C V W = beyond A V W).
  { unfold spent, beyond, Rmin. repeat destruct (Rle_dec _ _); lra. }
  assert (M : / (C - A) * (spent A C V * spent A C W) <= Rmin (spent A C V) (spent A C W)); [|lra].
  apply (Rmult_le_reg_l (C - A)); [lra|].
  replace ((C - A) * (/ (C - A) * (spent A C V * spent A C W))) with (spent A C V * spent A C W) by (field; lra).
  unfold Rmin at 1. destruct (Rle_dec _ _); nra.
Qed.

Lemma left_after A C : A < C -> mean (more C) r <= mean (spent A C) r / (C - A).
Proof.
  intro H. apply (Rmult_le_reg_r (C - A)); [lra|]. replace (mean (spent A C) r / (C - A) * (C - A)) with (mean (spent A C) r)
    by (field; lra).
  rewrite Rmult_comm, <- mean_scal. apply mean_le; [assumption|]. intros V _. unfold more, spent, Rmin.
  destruct (Rlt_dec C V), (Rle_dec V C), (Rle_dec V A); lra.
Qed.

Lemma more_nonneg C : 0 <= mean (more C) r.
Proof. apply mean_nonneg; [assumption|]. intros V _. unfold more. destruct (Rlt_dec C V); lra. Qed.

Lemma more_falls A C : A <= C -> mean (more C) r <= mean (more A) r.
Proof.
  intro H. apply mean_le; [assumption|]. intros V _. unfold more. destruct (Rlt_dec C V), (Rlt_dec A V); lra.
Qed.

Lemma spent_nonneg A C : A <= C -> 0 <= mean (spent A C) r.
Proof. intro H. apply mean_nonneg; [assumption|]. intros V _. apply spent_range, H. Qed.

Variables (g w h a : R) (restart : R -> R).
Hypotheses (w1 : 1 < w) (gw : g = w ^ 2) (h0 : 0 <= h) (a0 : 0 < a).
Hypothesis short : forall C, a <= C -> 0 <= restart C <= h * C.

Lemma g1 : 1 < g.
Proof. rewrite gw. nra. Qed.

(** q: who is left after the slice before, of volume C - C/g *)
Lemma slices m : forall C q, a <= C -> mean (more C) r <= q ->
  kept_levels restart r C (growing g C m) <=
    (1 + w + 2 * h * g / (g - 1)) * pairs (beyond C) r + (w / 2 + 2 * h * g / (g - 1)) * ((C - C / g) * q ^ 2).
Proof.
  assert (G := g1). assert (K0 : 0 <= 2 * h * g / (g - 1)).
  { apply Rmult_le_pos; [nra | apply Rlt_le, Rinv_0_lt_compat; lra]. }
  set (k := 2 * h * g / (g - 1)) in *.
  induction m as [|m IH]; intros C q aC Q; cbn [growing kept_levels].
  - assert (A := beyond_nonneg C). assert (0 <= (1 + w + k) * pairs (beyond C) r) by (apply Rmult_le_pos; lra).
    assert (D : 0 <= C - C / g).
    { replace (C - C / g) with (C * (g - 1) / g) by (field; lra). apply Rmult_le_pos; [nra | apply Rlt_le, Rinv_0_lt_compat; lra]. }
    assert (0 <= (w / 2 + k) * ((C - C / g) * q ^ 2)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; [assumption | apply pow2_ge_0]]).
    lra.
  - assert (CC : C < g * C) by nra. set (D := g * C - C) in *. set (p := mean (spent C (g * C)) r / D).
    assert (D0 : 0 < D) by (unfold D; lra).
    assert (Pw : mean (spent C (g * C)) r = D * p) by (unfold p; field; lra).
    assert (A := slice_area C (g * C) CC). fold D in A. rewrite Pw in A.
    replace ((D * p) ^ 2 / D) with (D * p ^ 2) in A by (field; lra).
    assert (L := left_after C (g * C) CC). fold D p in L.
    assert (N1 := more_nonneg C). assert (N2 := more_nonneg (g * C)). assert (F := more_falls C (g * C) ltac:(lra)).
    assert (I := IH (g * C) p ltac:(lra) L).
    replace (g * C - g * C / g) with D in I by (unfold D; field; lra).
    replace (mean (fun V => more C V + more (g * C) V) r) with (mean (more C) r + mean (more (g * C)) r)
      by (symmetry; apply mean_plus).
    rewrite Pw. set (x := mean (more C) r) in *. set (y := mean (more (g * C)) r) in *.
    destruct (short C aC) as [R0 R1].
    set (d := C - C / g). assert (Dd : D = g * d) by (unfold D, d; field; lra).
    assert (d0 : 0 < d) by nra.
    assert (R2 : restart C * x * (x + y) <= k * (d * q ^ 2)).
    { apply Rle_trans with (h * C * (2 * q ^ 2)).
      - rewrite Rmult_assoc. apply Rmult_le_compat; try lra; [apply Rmult_le_pos; lra|].
        assert (x * (x + y) <= q * (2 * q)) by (apply Rmult_le_compat; lra). lra.
      - unfold k, d. apply Req_le. field. lra. }
    assert (p0 : 0 <= p) by (unfold p; apply Rmult_le_pos; [apply spent_nonneg; lra | apply Rlt_le, Rinv_0_lt_compat, D0]).
    assert (R3 : D * p * (x + y) <= D * p * (q + p)) by (apply Rmult_le_compat_l; [apply Rmult_le_pos|]; lra).
    assert (R4 : D * (p * q) <= w / 2 * (D * p ^ 2 + d * q ^ 2)).
    { rewrite Dd, gw. assert (0 <= w * d * (w * p - q) ^ 2) by (apply Rmult_le_pos; [nra | apply pow2_ge_0]). nra. }
    assert (R5 : (1 + w + k) * (D * p ^ 2 + pairs (beyond (g * C)) r) <= (1 + w + k) * pairs (beyond C) r)
      by (apply Rmult_le_compat_l; lra).
    lra.
Qed.

Hypotheses (g2 : 2 <= g) (least : List.Forall (fun q => a <= snd q) r) (free : restart 0 = 0).
Local Notation n := (mean (fun _ => 1) r).

Theorem all_slices m : kept_levels restart r 0 (growing g a m) <=
  (1 + w + 2 * h * g / (g - 1)) * area_of r.
Proof.
  assert (G := g1). set (k := 2 * h * g / (g - 1)).
  assert (K0 : 0 <= k) by (unfold k; apply Rmult_le_pos; [nra | apply Rlt_le, Rinv_0_lt_compat; lra]).
  assert (Ar : a * (n * n) + pairs (beyond a) r <= area_of r).
  { rewrite mean_product, <- pairs_scal, <- pairs_plus. unfold area_of, pairs. apply (mean_from a); try assumption. intros V HV.
    apply (mean_from a); try assumption. intros W HW. unfold beyond, Rmin. repeat destruct (Rle_dec _ _); lra. }
  assert (B := beyond_nonneg a). assert (n0 : 0 <= n) by (apply mean_nonneg; [assumption | intros; lra]).
  assert (an : 0 <= a * (n * n)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; assumption]).
  destruct m as [|m]; cbn [growing kept_levels].
  - apply Rmult_le_pos; lra.
  - assert (CC : a < g * a) by nra. set (D := g * a - a). set (p := mean (spent a (g * a)) r / D).
    assert (D0 : 0 < D) by (unfold D; lra).
    assert (Pw : mean (spent a (g * a)) r = D * p) by (unfold p; field; lra).
    assert (A := slice_area a (g * a) CC). fold D in A. rewrite Pw in A.
    replace ((D * p) ^ 2 / D) with (D * p ^ 2) in A by (field; lra).
    assert (L := left_after a (g * a) CC). fold D p in L.
    assert (I := slices m (g * a) p ltac:(lra) L). fold k in I.
    replace (g * a - g * a / g) with D in I by (unfold D; field; lra).
    assert (p0 : 0 <= p) by (unfold p; apply Rmult_le_pos; [apply spent_nonneg; lra | apply Rlt_le, Rinv_0_lt_compat, D0]).
    replace (mean (fun V => more 0 V + more (g * a) V) r) with (mean (more 0) r + mean (more (g * a)) r)
      by (symmetry; apply mean_plus).
    rewrite free, Rmult_0_l, Rplus_0_r.
    assert (T : mean (spent 0 (g * a)) r <= a * n + D * p).
    { rewrite <- Pw, <- mean_scal, <- mean_plus. apply (mean_from a); try assumption. intros V HV. unfold spent, Rmin.
      repeat destruct (Rle_dec _ _); lra. }
    assert (T0 : 0 <= mean (spent 0 (g * a)) r) by (apply spent_nonneg; lra).
    assert (M0 : mean (more 0) r <= n) by (apply mean_le; [assumption | intros V _; unfold more; destruct (Rlt_dec 0 V); lra]).
    assert (N0 := more_nonneg 0). assert (N1 := more_nonneg (g * a)).
    assert (F : mean (spent 0 (g * a)) r * (mean (more 0) r + mean (more (g * a)) r) <= (a * n + D * p) * (n + p))
      by (apply Rmult_le_compat; lra).
    assert (Q : g * a * (n * p) <= w * (a * (n * n)) + w / 2 * (D * p ^ 2)).
    { unfold D. rewrite gw. assert (0 <= w * a * (n - w / 2 * p) ^ 2) by (apply Rmult_le_pos; [nra | apply pow2_ge_0]).
      assert (0 <= w * a * ((w ^ 2 - 2) / 4 * p ^ 2)).
      { apply Rmult_le_pos; [nra|]. apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
      lra. }
    assert (E : (a * n + D * p) * (n + p) = a * (n * n) + g * a * (n * p) + D * p ^ 2) by (unfold D; ring).
    assert (R5 : (1 + w + k) * (a * (n * n) + (D * p ^ 2 + pairs (beyond (g * a)) r)) <= (1 + w + k) * area_of r)
      by (apply Rmult_le_compat_l; lra).
    assert (0 <= k * (a * (n * n))) by (apply Rmult_le_pos; assumption). lra.
Qed.
End Levels.

(** ** Nothing to recompute *)
Theorem from_2 : forall r a m, 0 < a -> requests r -> List.Forall (fun q => a <= snd q) r ->
  kept_levels (fun _ => 0) r 0 (growing 2 a m) <= 24143 / 10000 * area_of r.
Proof.
  intros r a m a0 ok least. assert (S2 : sqrt 2 ^ 2 = 2) by (rewrite <- Rsqr_pow2; apply Rsqr_sqrt; lra).
  assert (S0 := sqrt_pos 2). assert (S1 : 1 < sqrt 2) by nra.
  assert (A := all_slices r ok 2 (sqrt 2) 0 a (fun _ => 0) S1 (eq_sym S2) (Rle_refl 0) a0 ltac:(intros; lra)
    (Rle_refl 2) least eq_refl m).
  assert (P : 0 <= area_of r).
  { apply mean_nonneg; [assumption|]. intros V HV. apply mean_nonneg; [assumption|]. intros W HW. unfold Rmin.
    destruct (Rle_dec V W); lra. }
  eapply Rle_trans; [exact A|]. apply Rmult_le_compat_r; [assumption|]. replace (2 * 0 * 2 / (2 - 1)) with 0 by field. nra.
Qed.

(** ** Recomputing: the tokens and the prompt, over the volume, fall *)
Section Restarts.
Variables (s l : R).
Hypotheses (s0 : 0 <= s) (l1 : 1 <= l).

Lemma tokens_volume C : 0 <= C -> volume s (tokens s C) = C /\ 0 <= tokens s C.
Proof.
  intro H. unfold tokens, volume. set (b := 2 * s + 1). set (u := sqrt (b ^ 2 + 8 * C)).
  assert (U : u ^ 2 = b ^ 2 + 8 * C) by (unfold u; rewrite <- Rsqr_pow2; apply Rsqr_sqrt; nra).
  assert (U0 : 0 <= u) by apply sqrt_pos. assert (B : 1 <= b) by (unfold b; lra). split.
  - replace s with ((b - 1) / 2) by (unfold b; field).
    replace ((b - 1) / 2 * ((u - b) / 2) + (u - b) / 2 * ((u - b) / 2 + 1) / 2) with ((u ^ 2 - b ^ 2) / 8) by field. lra.
  - assert (b <= u) by nra. lra.
Qed.

Lemma dearer C : volume s l <= C -> (s + tokens s C) * volume s l <= (s + l) * C.
Proof.
  intro H. assert (V0 : 0 < volume s l) by (unfold volume; nra). destruct (tokens_volume C ltac:(lra)) as [E P].
  set (X := tokens s C) in *. assert (lX : l <= X).
  { destruct (Rle_lt_dec l X) as [|G]; [assumption|]. exfalso. rewrite <- E in H. unfold volume in H. nra. }
  rewrite <- E. unfold volume. assert (0 <= s * s * (X - l)) by (apply Rmult_le_pos; [nra | lra]).
  assert (0 <= l * X * (X - l)) by (apply Rmult_le_pos; [nra | lra]).
  assert (0 <= s * (X * X - l * l)) by (apply Rmult_le_pos; [lra | nra]).
  assert (0 <= s * (X - l)) by nra. nra.
Qed.
End Restarts.

Theorem restarts :
  (forall r s l h per m, 0 <= s -> 1 <= l -> requests r ->
    List.Forall (fun q => volume s l <= snd q) r -> 0 <= per -> h = per * (s + l) / volume s l -> h <= 9 / 8 ->
    kept_levels (recompute s per) r 0 (growing 4 (volume s l) m) <= 6 * area_of r) /\
  (forall g, 1 < g -> 6 <= 1 + sqrt g + 2 * (9 / 8) * g / (g - 1)).
Proof.
  split.
  - intros r s l h per m s0 l1 ok least per0 E H. assert (V0 : 0 < volume s l) by (unfold volume; nra).
    assert (h0 : 0 <= h).
    { rewrite E. apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Rlt_le, Rinv_0_lt_compat, V0]. }
    assert (R : forall C, volume s l <= C -> 0 <= recompute s per C <= h * C).
    { intros C HC. unfold recompute. destruct (Rlt_dec 0 C); [|lra].
      destruct (tokens_volume s s0 C ltac:(lra)) as [_ T]. split; [apply Rmult_le_pos; lra|].
      rewrite E. apply (Rmult_le_reg_r (volume s l)); [assumption|].
      replace (per * (s + l) / volume s l * C * volume s l) with (per * ((s + l) * C)) by (field; lra).
      rewrite Rmult_assoc. apply Rmult_le_compat_l; [assumption|]. apply dearer; assumption. }
    assert (Z : recompute s per 0 = 0) by (unfold recompute; destruct (Rlt_dec 0 0); [lra | reflexivity]).
    assert (A := all_slices r ok 4 2 h (volume s l) (recompute s per) ltac:(lra) ltac:(ring) h0 V0 R ltac:(lra) least Z m).
    assert (P : 0 <= area_of r).
    { apply mean_nonneg; [assumption|]. intros V HV. apply mean_nonneg; [assumption|]. intros W HW. unfold Rmin.
      destruct (Rle_dec V W); lra. }
    eapply Rle_trans; [exact A|]. apply Rmult_le_compat_r; lra.
  - intros g G. set (w := sqrt g). assert (W2 : w ^ 2 = g) by (unfold w; rewrite <- Rsqr_pow2; apply Rsqr_sqrt; lra).
    assert (W0 : 0 <= w) by apply sqrt_pos. assert (W1 : 1 < w) by nra. rewrite <- W2 in *.
    apply (Rmult_le_reg_r (4 * (w ^ 2 - 1))); [lra|].
    replace ((1 + w + 2 * (9 / 8) * w ^ 2 / (w ^ 2 - 1)) * (4 * (w ^ 2 - 1)))
      with (4 * (1 + w) * (w ^ 2 - 1) + 9 * w ^ 2) by (field; nra).
    assert (0 <= (w - 2) ^ 2 * (4 * w + 5)) by (apply Rmult_le_pos; [apply pow2_ge_0 | lra]). nra.
Qed.
