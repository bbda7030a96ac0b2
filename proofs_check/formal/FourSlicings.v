(** * Four slicings by volume, of which one is within 4 of the area bound, for all volumes

    For a pair V <= W only the stages up to the first level C >= V count: both are charged every
    level before, in all B, at most 4 B + 2 V + C; and B <= C/3. Over the four slicings the first
    levels are on average 18/7 V at most, as F 4^k/16 runs through 5, 7, 10, 14, 20, ... *)
Require Import Reals Lra Lia Psatz List Arith.
From KVRatio Require Import Volumes Means.
Import ListNotations.
Open Scope R_scope.

(** ** Both orders of a pair *)
Lemma mean_exchange f r t : mean (fun V => mean (f V) t) r = mean (fun W => mean (fun V => f V W) r) t.
Proof.
  induction r as [|[x V] r IH]; cbn [mean]; [symmetry; apply mean_zero|].
  rewrite IH, <- mean_scal, <- mean_plus. reflexivity.
Qed.

Lemma pairs_swap f r : pairs (fun V W => f W V) r = pairs f r.
Proof. unfold pairs. symmetry. apply mean_exchange. Qed.

(** what the work of V costs the wait of W *)
Fixpoint cost (V W after : R) (levels : list R) : R :=
  match levels with
  | [] => 0
  | C :: rest => more after V * Rmin V C * (more after W + more C W) + cost V W C rest
  end.

Lemma by_levels_pairs r levels : forall after,
  by_levels r after levels = pairs (fun V W => cost V W after levels) r.
Proof.
  induction levels as [|C rest IH]; intro low; cbn [by_levels cost].
  - unfold pairs. rewrite (mean_same _ (fun _ => 0)) by (intro; apply mean_zero). symmetry. apply mean_zero.
  - rewrite (pairs_plus (fun V W => more low V * Rmin V C * (more low W + more C W)) (fun V W => cost V W C rest)).
    rewrite <- IH, (mean_product (fun V => more low V * Rmin V C) (fun V => more low V + more C V)). reflexivity.
Qed.

Lemma more_done level V : V <= level -> more level V = 0.
Proof. intro H. unfold more. destruct (Rlt_dec level V); [lra | reflexivity]. Qed.

Lemma more_left level V : level < V -> more level V = 1.
Proof. intro H. unfold more. destruct (Rlt_dec level V); [reflexivity | lra]. Qed.

Lemma more_range level V : 0 <= more level V <= 1.
Proof. unfold more. destruct (Rlt_dec level V); lra. Qed.

(** ** A pair V <= W *)
Fixpoint pair_cost (V : R) (levels : list R) : R :=
  match levels with [] => 0 | C :: rest => if Rle_dec V C then 2 * V + C else 4 * C + pair_cost V rest end.

Inductive ascending : R -> list R -> Prop :=
  | none after : ascending after []
  | next after C rest : after <= C -> ascending C rest -> ascending after (C :: rest).

Lemma cost_done V W levels : forall after, ascending after levels -> V <= after ->
  cost V W after levels = 0 /\ cost W V after levels = 0.
Proof.
  induction levels as [|C rest IH]; intros low A H; cbn [cost]; [split; reflexivity|].
  inversion A; subst. destruct (IH C ltac:(assumption) ltac:(lra)) as [-> ->].
  rewrite !(more_done low V), (more_done C V) by lra. split; ring.
Qed.

Lemma cost_pair V W levels : 0 < V -> V <= W -> forall after, 0 <= after -> after < V -> ascending after levels ->
  cost V W after levels + cost W V after levels <= pair_cost V levels.
Proof.
  intros P VW. induction levels as [|C rest IH]; intros low A0 AV As; cbn [cost pair_cost]; [lra|].
  inversion As; subst. rewrite !(more_left low V), !(more_left low W) by lra.
  destruct (Rle_dec V C) as [H|H].
  - destruct (cost_done V W rest C ltac:(assumption) H) as [-> ->].
    rewrite (more_done C V), (Rmin_left V C) by lra. destruct (Rle_lt_dec W C).
    + rewrite (more_done C W), (Rmin_left W C) by lra. lra.
    + rewrite (more_left C W), (Rmin_right W C) by lra. lra.
  - assert (I := IH C ltac:(lra) ltac:(lra) ltac:(assumption)).
    rewrite !(more_left C V), !(more_left C W), !Rmin_right by lra. lra.
Qed.

(** ** The levels F 4^k / 16 *)
Definition exact (F k : nat) : R := INR F * 4 ^ k / 16.
Definition level (F k : nat) : R := INR (F * 4 ^ k / 16).

Lemma exact_nat F k : exact F k = INR (F * 4 ^ k) / 16.
Proof. unfold exact. rewrite mult_INR, pow_INR. replace (INR 4) with 4 by (cbn; ring). reflexivity. Qed.

Lemma level_le F k : level F k <= exact F k.
Proof.
  rewrite exact_nat. unfold level. assert (H := Nat.mul_div_le (F * 4 ^ k) 16 ltac:(lia)).
  apply le_INR in H. rewrite mult_INR in H. replace (INR 16) with 16 in H by (cbn; ring). lra.
Qed.

Lemma level_reaches F k n : (16 * n <= F * 4 ^ k)%nat -> INR n <= level F k.
Proof. intro H. apply le_INR, Nat.div_le_lower_bound; lia. Qed.

Lemma level_rises F k : level F k <= level F (S k).
Proof.
  apply le_INR, Nat.div_le_mono; [lia|]. apply Nat.mul_le_mono_l, Nat.pow_le_mono_r; lia.
Qed.

Lemma levels_ascend F n : forall k after, after <= level F k -> ascending after (map (level F) (seq k n)).
Proof.
  induction n; intros k after H; cbn [seq map]; constructor; [assumption|]. apply IHn, level_rises.
Qed.

(** [K]: a level that is enough *)
Lemma pair_levels F n K : (1 <= n)%nat -> (16 * n <= F * 4 ^ K)%nat -> forall m k, (k <= K)%nat ->
  pair_cost (INR n) (map (level F) (seq k m)) <= 2 * INR n + 7 / 3 * exact F K - 4 / 3 * exact F k.
Proof.
  intros Hn HK. assert (N : 0 <= INR n) by apply pos_INR. assert (F0 : 0 <= INR F) by apply pos_INR.
  assert (Up : forall k, (k <= K)%nat -> 0 <= exact F k <= exact F K).
  { intros k Hk. assert (0 < 4 ^ k) by (apply pow_lt; lra). assert (4 ^ k <= 4 ^ K) by (apply Rle_pow; lra || lia).
    unfold exact. split.
    - apply Rmult_le_pos; [apply Rmult_le_pos; lra | lra].
    - apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; assumption. }
  induction m; intros k Hk; cbn [seq map pair_cost]; specialize (Up k Hk) as U; [lra|].
  assert (L := level_le F k). destruct (Rle_dec (INR n) (level F k)) as [H|H]; [lra|].
  assert (k <> K) by (intros ->; apply H, level_reaches, HK).
  specialize (IHm (S k) ltac:(lia)). assert (E : exact F (S k) = 4 * exact F k) by (unfold exact; cbn [pow]; field).
  lra.
Qed.

Lemma four_pair F n K W m : (1 <= n)%nat -> (16 * n <= F * 4 ^ K)%nat -> INR n <= W ->
  cost (INR n) W 0 (four_levels F m) + cost W (INR n) 0 (four_levels F m) <= 2 * INR n + 7 / 3 * exact F K.
Proof.
  intros Hn HK HW. assert (N : 1 <= INR n) by (change 1 with (INR 1); apply le_INR, Hn).
  assert (As : ascending 0 (four_levels F m)) by (apply (levels_ascend F m 0); apply pos_INR).
  assert (A := cost_pair (INR n) W (four_levels F m) ltac:(lra) HW 0 (Rle_refl 0) ltac:(lra) As).
  assert (B := pair_levels F n K Hn HK m 0 ltac:(lia)). fold (four_levels F m) in B.
  change (map (level F) (seq 0 m)) with (four_levels F m) in B.
  assert (0 <= exact F 0).
  { unfold exact. cbn [pow]. assert (0 <= INR F) by apply pos_INR. lra. }
  lra.
Qed.

(** where 16 n is among the levels: above 14 4^K and at most 14 4^(K+1) *)
Lemma place n : (1 <= n)%nat -> exists K, (14 * 4 ^ K < 16 * n <= 14 * 4 ^ S K)%nat.
Proof.
  intro Hn. assert (H : forall j, (16 * n <= 14 * 4 ^ S j)%nat -> exists K, (14 * 4 ^ K < 16 * n <= 14 * 4 ^ S K)%nat).
  { induction j; intro H.
    - exists 0%nat. cbn [Nat.pow] in *. lia.
    - destruct (le_lt_dec (16 * n) (14 * 4 ^ S j)); [apply IHj; assumption | exists (S j); lia]. }
  apply (H n). assert (G := Nat.pow_gt_lin_r 4 n ltac:(lia)). cbn [Nat.pow]. lia.
Qed.

Lemma four_together n W m : (1 <= n)%nat -> INR n <= W ->
  let both F := cost (INR n) W 0 (four_levels F m) + cost W (INR n) 0 (four_levels F m) in
  both 5%nat + both 7%nat + both 10%nat + both 14%nat <= 32 * INR n.
Proof.
  intros Hn HW both. destruct (place n Hn) as (K & Lo & Hi). cbn [Nat.pow] in Hi.
  assert (P : forall F k, (16 * n <= F * 4 ^ k)%nat -> both F <= 2 * INR n + 7 / 3 * exact F k)
    by (intros; apply four_pair; assumption).
  set (X := 4 ^ K). assert (E : INR (4 ^ K) = X) by (rewrite pow_INR; replace (INR 4) with 4 by (cbn; ring); reflexivity).
  assert (Lo' : 14 * X <= 16 * INR n).
  { rewrite <- E. replace 14 with (INR 14) by (cbn; ring). replace 16 with (INR 16) by (cbn; ring).
    rewrite <- !mult_INR. apply le_INR. lia. }
  assert (B : forall a, (INR a * X <= 16 * INR n) \/ (16 * n <= a * 4 ^ K)%nat).
  { intro a. destruct (le_lt_dec (16 * n) (a * 4 ^ K)); [right; assumption | left].
    rewrite <- E. replace 16 with (INR 16) by (cbn; ring). rewrite <- !mult_INR. apply le_INR. lia. }
  assert (E1 : forall F, exact F (S K) = INR F * X / 4) by (intro; unfold exact, X; cbn [pow]; field).
  assert (E2 : forall F, exact F (S (S K)) = INR F * X) by (intro; unfold exact, X; cbn [pow]; field).
  assert (Q1 : forall F, (16 * n <= 4 * F * 4 ^ K)%nat -> both F <= 2 * INR n + 7 / 12 * INR F * X).
  { intros F H. assert (A := P F (S K) ltac:(cbn [Nat.pow]; lia)). rewrite E1 in A. lra. }
  assert (Q2 : forall F, (16 * n <= 16 * F * 4 ^ K)%nat -> both F <= 2 * INR n + 7 / 3 * INR F * X).
  { intros F H. assert (A := P F (S (S K)) ltac:(cbn [Nat.pow]; lia)). rewrite E2 in A. lra. }
  assert (A14 := Q1 14%nat ltac:(lia)).
  destruct (B 20%nat) as [B20|B20]; [destruct (B 28%nat) as [B28|B28]; [destruct (B 40%nat) as [B40|B40]|]|].
  - assert (A5 := Q2 5%nat ltac:(lia)). assert (A7 := Q2 7%nat ltac:(lia)). assert (A10 := Q2 10%nat ltac:(lia)).
    cbn [INR] in *. lra.
  - assert (A5 := Q2 5%nat ltac:(lia)). assert (A7 := Q2 7%nat ltac:(lia)). assert (A10 := Q1 10%nat ltac:(lia)).
    cbn [INR] in *. lra.
  - assert (A5 := Q2 5%nat ltac:(lia)). assert (A7 := Q1 7%nat ltac:(lia)). assert (A10 := Q1 10%nat ltac:(lia)).
    cbn [INR] in *. lra.
  - assert (A5 := Q1 5%nat ltac:(lia)). assert (A7 := Q1 7%nat ltac:(lia)). assert (A10 := Q1 10%nat ltac:(lia)).
    cbn [INR] in *. lra.
Qed.

Lemma mean_whole f g r : requests r -> whole r -> (forall n, (1 <= n)%nat -> f (INR n) <= g (INR n)) -> mean f r <= mean g r.
Proof.
  intros ok w H. induction ok as [|[x V] r [X P] ok IH]; cbn [mean]; [lra|]. inversion w as [|? ? (n & Hn & E) w']; subst.
  cbn [fst snd] in *. rewrite E. apply Rplus_le_compat; [apply Rmult_le_compat_l; auto | apply IH, w'].
Qed.

Theorem four r m : requests r -> whole r ->
  (by_levels r 0 (four_levels 5 m) + by_levels r 0 (four_levels 7 m) +
   by_levels r 0 (four_levels 10 m) + by_levels r 0 (four_levels 14 m)) / 4 <= 4 * area_of r.
Proof.
  intros ok w. rewrite !by_levels_pairs.
  set (f := fun F V W => cost V W 0 (four_levels F m)).
  set (all := fun V W => f 5%nat V W + f 7%nat V W + f 10%nat V W + f 14%nat V W).
  replace (pairs (fun V W => cost V W 0 (four_levels 5 m)) r + pairs (fun V W => cost V W 0 (four_levels 7 m)) r +
    pairs (fun V W => cost V W 0 (four_levels 10 m)) r + pairs (fun V W => cost V W 0 (four_levels 14 m)) r)
    with (pairs all r) by (unfold all; rewrite !pairs_plus; reflexivity).
  assert (S2 : 2 * pairs all r = pairs (fun V W => all V W + all W V) r)
    by (rewrite pairs_plus, (pairs_swap all); ring).
  assert (B : pairs (fun V W => all V W + all W V) r <= 32 * area_of r); [|lra].
  unfold area_of. fold (pairs Rmin r). rewrite <- pairs_scal. unfold pairs.
  apply mean_whole; try assumption. intros i Hi. apply mean_whole; try assumption. intros j Hj.
  unfold all, f. destruct (Rle_lt_dec (INR i) (INR j)) as [H|H].
  - rewrite Rmin_left by assumption. assert (A := four_together i (INR j) m Hi H). cbv zeta in A. lra.
  - rewrite Rmin_right by lra. assert (A := four_together j (INR i) m Hj ltac:(lra)). cbv zeta in A. lra.
Qed.
