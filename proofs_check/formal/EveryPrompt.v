(** * lambda <= sqrt(u/l) for every prompt, and two lengths attain it as the prompt grows

    1/(lambda (s + 2k - 1) + s) is at most 1/(2 lambda) times the step of ln(lambda (s + 2k) + s), and
    ln(w^2) <= w - 1/w; at lambda = r = sqrt(u/l) the left side of the secular equation is then at
    most the right one, and the one falls while the other rises. *)
Require Import Reals Lra Lia Psatz Arith.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Sums AMin Logarithm Secular TwoLengths.
Open Scope R_scope.

(** ln(w^2) <= w - 1/w: the derivative of the difference is (w-1)^2/w^2 *)
Lemma ln_square w : 1 <= w -> 2 * ln w <= w - / w.
Proof.
  intro H. destruct (Rle_lt_or_eq_dec 1 w H) as [P|<-]; [|rewrite ln_1, Rinv_1; lra].
  destruct (MVT_gen (fun t => t - / t - 2 * ln t) 1 w (fun t => (t - 1) ^ 2 / t ^ 2)) as (z & Hz & E0).
  - intros t Ht. rewrite Rmin_left, Rmax_right in Ht by lra. auto_derive; [lra|]. field. lra.
  - intros t Ht. rewrite Rmin_left, Rmax_right in Ht by lra. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (fun t => t - / t - 2 * ln t)). auto_derive. lra.
  - rewrite Rmin_left, Rmax_right in Hz by lra. rewrite ln_1, Rinv_1 in E0.
    assert (0 <= (z - 1) ^ 2 / z ^ 2).
    { apply Rmult_le_pos; [apply pow2_ge_0 | apply Rlt_le, Rinv_0_lt_compat, pow_lt; lra]. }
    assert (0 <= (z - 1) ^ 2 / z ^ 2 * (w - 1)) by (apply Rmult_le_pos; lra). lra.
Qed.

Section Root.
Variables (s : R) (l u : nat).
Hypotheses (s0 : 0 <= s) (lu : (1 <= l <= u)%nat).

Lemma weight_step la k : 1 <= la -> (1 <= k)%nat ->
  / weight s la (S k) <= 1 / (2 * la) *
    (ln (la * (s + 2 * INR (S k)) + s) - ln (la * (s + 2 * INR k) + s)).
Proof.
  intros H Hk. assert (K := INR_1 k Hk). assert (A0 : 0 < la * (s + 2 * INR k) + s).
  { assert (0 < la * (s + 2 * INR k)) by (apply Rmult_lt_0_compat; lra). lra. }
  rewrite S_INR. rewrite <- ln_div by nra.
  assert (A := ln_above (2 * la / (la * (s + 2 * INR k) + s)) ltac:(apply Rlt_le, Rdiv_lt_0_compat; lra)).
  replace ((la * (s + 2 * (INR k + 1)) + s) / (la * (s + 2 * INR k) + s))
    with (1 + 2 * la / (la * (s + 2 * INR k) + s)) by (field; lra).
  unfold weight. rewrite S_INR.
  replace (/ (la * (s + 2 * (INR k + 1) - 1) + s))
    with (1 / (2 * la) * (2 * (2 * la / (la * (s + 2 * INR k) + s)) / (2 + 2 * la / (la * (s + 2 * INR k) + s))))
    by (field; repeat split; nra).
  apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra | assumption].
Qed.

Lemma left_le_ln la n : 1 <= la -> forall k, (1 <= k)%nat ->
  sum (fun k => / weight s la k) (S k) n <= 1 / (2 * la) *
    (ln (la * (s + 2 * INR (k + n)) + s) - ln (la * (s + 2 * INR k) + s)).
Proof.
  intro H. induction n; intros k Hk; cbn [sum]; [rewrite Nat.add_0_r; lra|].
  assert (A := weight_step la k H Hk). assert (B := IHn (S k) ltac:(lia)).
  replace (S k + n)%nat with (k + S n)%nat in B by lia. lra.
Qed.

Lemma at_root r : 1 <= r -> INR u = r ^ 2 * INR l ->
  left_side s r l u <= right_side s r l.
Proof.
  intros r1 Hr. assert (L := INR_1 l ltac:(lia)).
  eapply Rle_trans; [apply left_le_ln; [assumption | lia]|].
  replace (l + (u - l))%nat with u by lia. rewrite Hr.
  set (a := r * (s + 2 * INR l) + s). set (b := r * (s + 2 * (r ^ 2 * INR l)) + s).
  assert (r2 : 1 <= r ^ 2) by nra.
  assert (a0 : 0 < a) by (unfold a; assert (0 < r * (s + 2 * INR l)) by (apply Rmult_lt_0_compat; lra); lra).
  assert (ab : a <= b).
  { unfold a, b. assert (INR l <= r ^ 2 * INR l) by nra.
    assert (r * (s + 2 * INR l) <= r * (s + 2 * (r ^ 2 * INR l))) by (apply Rmult_le_compat_l; lra). lra. }
  set (w := sqrt (b / a)). assert (R1 : 1 <= b / a).
  { apply (Rmult_le_reg_r a); [assumption|]. replace (b / a * a) with b by (field; lra). lra. }
  assert (w1 : 1 <= w) by (unfold w; rewrite <- sqrt_1; apply sqrt_le_1; lra).
  assert (w2 : w * w = b / a) by (apply sqrt_sqrt; lra).
  assert (A := ln_square w w1).
  rewrite <- ln_div by lra. rewrite <- w2, ln_mult by lra. unfold right_side.
  assert (Z : 0 < r * INR l + s) by (assert (0 < r * INR l) by (apply Rmult_lt_0_compat; lra); lra).
  (* (w - 1/w)/(2r) <= l (r-1)/(r l + s): both squared, w w = b/a *)
  assert (W : w - / w <= 2 * r * (INR l * (r - 1) / (r * INR l + s))).
  { set (q := 2 * r * (INR l * (r - 1) / (r * INR l + s))).
    assert (q0 : 0 <= q).
    { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [nra | apply Rlt_le, Rinv_0_lt_compat, Z]. }
    assert (d0 : 0 <= w - / w).
    { assert (/ w <= / 1) by (apply Rinv_le_contravar; lra). rewrite Rinv_1 in *. lra. }
    apply Rsqr_incr_0_var; [|assumption]. unfold Rsqr.
    replace ((w - / w) * (w - / w)) with (w * w + / (w * w) - 2) by (field; lra). rewrite w2.
    replace (b / a + / (b / a) - 2) with ((b - a) ^ 2 / (a * b)) by (field; lra).
    assert (b0 : 0 < b) by lra.
    apply (Rmult_le_reg_r (a * b)); [apply Rmult_lt_0_compat; lra|].
    replace ((b - a) ^ 2 / (a * b) * (a * b)) with ((b - a) ^ 2) by (field; lra).
    apply (Rmult_le_reg_r ((r * INR l + s) ^ 2)); [apply pow_lt, Z|].
    replace (q * q * (a * b) * (r * INR l + s) ^ 2) with ((2 * r * (INR l * (r - 1))) ^ 2 * (a * b))
      by (unfold q; field; lra).
    replace (b - a) with (2 * r * (INR l * (r - 1)) * (r + 1)) by (unfold a, b; ring).
    replace ((2 * r * (INR l * (r - 1)) * (r + 1)) ^ 2 * (r * INR l + s) ^ 2)
      with ((2 * r * (INR l * (r - 1))) ^ 2 * ((r + 1) * (r * INR l + s)) ^ 2) by ring.
    apply Rmult_le_compat_l; [apply pow2_ge_0|]. unfold a, b. set (k := INR l) in *.
    (* ((r+1)(r l + s))^2 <= (r (s+2l) + s)(r (s + 2 r^2 l) + s) *)
    assert (I : (r * (s + 2 * k) + s) * (r * (s + 2 * (r ^ 2 * k)) + s) - ((r + 1) * (r * k + s)) ^ 2 =
      2 * (s * k * (r + 1) * r * (r ^ 2 + 1) - s * k * (r + 1) ^ 2 * r) + k ^ 2 * r ^ 2 * (4 * r ^ 2 - (r + 1) ^ 2))
      by ring.
    assert (0 <= s * k * (r + 1) * r) by (repeat apply Rmult_le_pos; lra).
    assert (0 <= s * k * (r + 1) * r * (r ^ 2 + 1 - (r + 1))) by (apply Rmult_le_pos; nra).
    assert (0 <= k ^ 2 * r ^ 2 * (4 * r ^ 2 - (r + 1) ^ 2)) by (apply Rmult_le_pos; [apply Rmult_le_pos; apply pow2_ge_0 | nra]).
    nra. }
  apply (Rmult_le_reg_l (2 * r)); [lra|].
  replace (2 * r * (1 / (2 * r) * (ln w + ln w))) with (2 * ln w) by (field; lra). lra.
Qed.

Lemma left_falls r la : 1 <= r -> r <= la -> left_side s la l u <= left_side s r l u.
Proof.
  intros r1 H. apply sum_le. intros j Hj. assert (J := INR_1 j ltac:(lia)).
  apply Rinv_le_contravar; [apply (weight_pos s r l u); try assumption; lia|].
  unfold weight. assert (r * (s + 2 * INR j - 1) <= la * (s + 2 * INR j - 1)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma right_rises r la : 1 <= r -> r < la -> right_side s r l < right_side s la l.
Proof.
  intros r1 H. assert (L := INR_1 l ltac:(lia)). unfold right_side.
  assert (Z1 : 0 < r * INR l + s) by (assert (0 < r * INR l) by (apply Rmult_lt_0_compat; lra); lra).
  assert (Z2 : 0 < la * INR l + s) by (assert (0 < la * INR l) by (apply Rmult_lt_0_compat; lra); lra).
  apply (Rmult_lt_reg_r ((r * INR l + s) * (la * INR l + s))); [apply Rmult_lt_0_compat; assumption|].
  replace (INR l * (r - 1) / (r * INR l + s) * ((r * INR l + s) * (la * INR l + s)))
    with (INR l * ((r - 1) * (la * INR l + s))) by (field; lra).
  replace (INR l * (la - 1) / (la * INR l + s) * ((r * INR l + s) * (la * INR l + s)))
    with (INR l * ((la - 1) * (r * INR l + s))) by (field; lra).
  apply Rmult_lt_compat_l; [lra|]. nra.
Qed.

Theorem root_le la : 1 <= la -> left_side s la l u = right_side s la l ->
  la <= 1 * sqrt (INR u / INR l).
Proof.
  intros H Hs. rewrite Rmult_1_l. assert (L := INR_1 l ltac:(lia)).
  assert (LU : INR l <= INR u) by (apply le_INR; lia).
  set (r := sqrt (INR u / INR l)).
  assert (R1 : 1 <= INR u / INR l).
  { apply (Rmult_le_reg_r (INR l)); [lra|]. replace (INR u / INR l * INR l) with (INR u) by (field; lra). lra. }
  assert (r1 : 1 <= r) by (unfold r; rewrite <- sqrt_1; apply sqrt_le_1; lra).
  assert (r2 : INR u = r ^ 2 * INR l) by (unfold r; rewrite pow2_sqrt by lra; field; lra).
  destruct (Rle_lt_dec la r) as [|G]; [assumption|exfalso].
  assert (A := at_root r r1 r2). assert (B := left_falls r la r1 ltac:(lra)).
  assert (C := right_rises r la r1 G). lra.
Qed.
End Root.

(** ** Attained: l = 1, u = r^2, r short to 1 long; the ratio tends to (1 + r)/2 with s *)
Theorem attained r e : (2 <= r)%nat -> 0 < e -> exists s, 0 <= s /\
  0 < h_sf s (two 1 (r * r) (INR r) 1) 1 (r * r) /\
  ((1 + INR r) / 2 - e) * h_sf s (two 1 (r * r) (INR r) 1) 1 (r * r)
    <= a_min s (two 1 (r * r) (INR r) 1) 1 (r * r).
Proof.
  intros Hr He. assert (R2 : 2 <= INR r) by (change 2 with (INR 2); apply le_INR, Hr).
  assert (lu : (1 <= 1 < r * r)%nat) by nia. set (p := INR r) in *.
  set (s := p ^ 4 * (1 + / e)). assert (p4 : 0 < p ^ 4) by (apply pow_lt; lra).
  assert (e1 : 0 < / e) by (apply Rinv_0_lt_compat, He).
  assert (s0 : 0 <= s) by (apply Rmult_le_pos; lra).
  assert (A := a_min_two 1 (r * r) p 1 lu s s0). exists s. split; [assumption|].
  rewrite h_sf_two by assumption. unfold c. rewrite mult_INR in *. fold p in A |- *.
  change (INR 1) with 1 in *.
  assert (H0 : 0 < 1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1).
  { assert (0 < (s + 1) * p * (p + 2)) by (repeat apply Rmult_lt_0_compat; lra).
    assert (0 <= p * p * (s + p * p)) by (apply Rmult_le_pos; nra). lra. }
  split; [assumption|].
  apply (Rmult_le_reg_l (s + p * p)); [nra|]. rewrite A.
  (* 2 (s+u) A_min = (1 + p)(s+u) H-SF less terms without s^2; those are paid by e s *)
  assert (es : p ^ 4 <= e * s) by (unfold s; replace (e * (p ^ 4 * (1 + / e))) with (p ^ 4 * e + p ^ 4) by (field; lra); nra).
  set (E := e * s) in *.
  enough (0 <= 2 * ((s + 1) * (1 * p + p * p * 1) * ((s + p * p) * p + (s + 1 + 2 * (p * p - 1)) * 1)
    + p * p * (p * p - 1) ^ 2 * 1 ^ 2) - (1 + p) * ((s + p * p) * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1))
    + 2 * E * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1)).
  { assert (0 <= 2 * e * (p * p) * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1))
      by (apply Rmult_le_pos; [nra | lra]). unfold E in *. lra. }
  assert (2 * p ^ 4 * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1) <=
          2 * E * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1)) by (apply Rmult_le_compat_r; lra).
  enough (0 <= 2 * ((s + 1) * (1 * p + p * p * 1) * ((s + p * p) * p + (s + 1 + 2 * (p * p - 1)) * 1)
    + p * p * (p * p - 1) ^ 2 * 1 ^ 2) - (1 + p) * ((s + p * p) * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1))
    + 2 * p ^ 4 * (1 * (s + 1) * p * (p + 2 * 1) + p * p * (s + p * p) * 1 * 1)) by lra.
  clear - R2 s0. clearbody s p. set (d := p - 2). assert (d0 : 0 <= d) by (unfold d; lra).
  replace p with (2 + d) by (unfold d; ring).
  match goal with |- 0 <= ?a => ring_simplify a end.
  repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; try apply pow_le; lra.
Qed.

Theorem every_prompt :
  (forall s l u la, 0 <= s -> (1 <= l <= u)%nat -> 1 <= la ->
     left_side s la l u = right_side s la l -> la <= 1 * sqrt (INR u / INR l)) /\
  (forall r e, (2 <= r)%nat -> 0 < e -> exists s, 0 <= s /\
     0 < h_sf s (two 1 (r * r) (INR r) 1) 1 (r * r) /\
     ((1 + INR r) / 2 - e) * h_sf s (two 1 (r * r) (INR r) 1) 1 (r * r)
       <= a_min s (two 1 (r * r) (INR r) 1) 1 (r * r)).
Proof. split; [intros; apply (root_le s l u); assumption | exact attained]. Qed.
