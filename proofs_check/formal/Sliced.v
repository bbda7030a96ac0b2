(** * GSA on every finite instance: slices 1, 2, 4, ... against the area bound

    k + 1 do not fit, so that M len <= 2 k V(len), V the doubled volume; a phase of m requests thus costs
    at most 2 m^2 V(len), and m^2 V(len) is a sum over pairs that both take part. What the slices from t
    on cost a pair whose shorter one has o > t/2 tokens is at most [ahead], as the slices double:
    16/3 V(o) less the slices before; those of one request add up to at most 3 o - t. *)
Require Import ZArith List Bool Lia Arith Reals Lra Psatz.
From KVRatio Require Import Model Policies Totals Certificates Lists.
Import ListNotations.
Open Scope Z_scope.

(** ** Sums over lists, and over pairs *)
Definition add {A} (f : A -> Z) (l : list A) : Z := fold_right (fun a rest => f a + rest) 0 l.
Definition pairs (f : Z -> Z -> Z) (l : list Z) : Z := add (fun a => add (f a) l) l.

Lemma add_le {A} (f g : A -> Z) l : (forall a, In a l -> f a <= g a) -> add f l <= add g l.
Proof.
  induction l as [|a l IH]; intro H; cbn [add fold_right]; [lia|].
  assert (f a <= g a) by (apply H; left; reflexivity). assert (add f l <= add g l) by (apply IH; intros; apply H; right; assumption).
  unfold add in *. lia.
Qed.

Lemma add_plus {A} (f g : A -> Z) l : add (fun a => f a + g a) l = add f l + add g l.
Proof. induction l as [|a l IH]; cbn [add fold_right] in *; [lia|]. unfold add in *. lia. Qed.

Lemma add_scal {A} z (f : A -> Z) l : add (fun a => z * f a) l = z * add f l.
Proof. induction l as [|a l IH]; cbn [add fold_right] in *; [lia|]. unfold add in *. lia. Qed.

Lemma add_const {A} z (l : list A) : add (fun _ => z) l = Z.of_nat (length l) * z.
Proof. induction l as [|a l IH]; cbn [add fold_right length] in *; [lia|]. unfold add in *. lia. Qed.

Lemma add_filter {A} p (f : A -> Z) l : add f (filter p l) = add (fun a => if p a then f a else 0) l.
Proof.
  induction l as [|a l IH]; cbn [filter add fold_right] in *; [reflexivity|].
  destruct (p a); cbn [add fold_right]; unfold add in *; lia.
Qed.

Lemma add_ext {A} (f g : A -> Z) l : (forall a, In a l -> f a = g a) -> add f l = add g l.
Proof. intro H. apply Z.le_antisymm; apply add_le; intros a I; rewrite (H a I); lia. Qed.

Lemma pairs_filter p f l : pairs f (filter p l) = pairs (fun a b => if p a then if p b then f a b else 0 else 0) l.
Proof.
  unfold pairs. rewrite add_filter. apply add_ext. intros a _. destruct (p a); [apply add_filter|].
  rewrite add_const. lia.
Qed.

Lemma pairs_le f g l : (forall a b, In a l -> In b l -> f a b <= g a b) -> pairs f l <= pairs g l.
Proof. intro H. apply add_le. intros a Ia. apply add_le. intros b Ib. apply H; assumption. Qed.

Lemma pairs_plus f g l : pairs (fun a b => f a b + g a b) l = pairs f l + pairs g l.
Proof. unfold pairs. rewrite <- add_plus. apply add_ext. intros a _. apply add_plus. Qed.

Lemma pairs_const z l : pairs (fun _ _ => z) l = Z.of_nat (length l) * (Z.of_nat (length l) * z).
Proof. unfold pairs. rewrite add_const. rewrite add_const. reflexivity. Qed.

(** ** One phase *)
Lemma peak_rises s len k : 0 <= s -> 1 <= len -> peak_of s len k <= peak_of s len (k + 1).
Proof.
  intros S L. unfold peak_of. assert (A : Z.gcd len (k + 1) <= len) by (apply Z.divide_pos_le; [lia | apply Z.gcd_divide_l]).
  assert (B := Z.gcd_nonneg len k). assert (C := Z.gcd_eq_0_l len k).
  apply Z.add_le_mono; [lia|]. apply Z.div_le_mono; lia.
Qed.

Lemma largest_fits M s len k : 0 <= s -> 1 <= len -> 1 <= k -> k = 1 \/ peak_of s len k <= M ->
  M < peak_of s len (k + 1) -> in_parallel M s len k.
Proof.
  intros s0 len1 K F N. split; [assumption|]. split; [assumption|]. intros more H.
  replace more with (k + 1 + Z.of_nat (Z.to_nat (more - k - 1))) by lia. induction (Z.to_nat (more - k - 1)) as [|m IH].
  - rewrite Z.add_0_r. assumption.
  - assert (P := peak_rises s len (k + 1 + Z.of_nat m) s0 len1).
    replace (k + 1 + Z.of_nat (S m)) with (k + 1 + Z.of_nat m + 1) by lia. lia.
Qed.

Section GSA.
Variables (M s : Z).
Hypothesis s0 : 0 <= s.
Definition volume2 (o : Z) : Z := o * (2 * s + o + 1).

(** k + 1 do not fit *)
Lemma pace len k : 1 <= len -> in_parallel M s len k -> 2 * len * (M + 1 - (s + len)) <= k * volume2 len.
Proof.
  intros L (K & _ & More). specialize (More (k + 1) ltac:(lia)). unfold peak_of in More. unfold volume2.
  assert (G : 1 <= Z.gcd len (k + 1)).
  { assert (A := Z.gcd_nonneg len (k + 1)). assert (B := Z.gcd_eq_0_l len (k + 1)). lia. }
  set (z := len * (k + 1) + len + (k + 1) - Z.gcd len (k + 1)) in *.
  assert (D := Z.mul_div_le z 2 ltac:(lia)). unfold z in D. fold z in D.
  assert (Z1 : z <= len * (k + 1) + len + k) by (unfold z; lia).
  assert (Q : 2 * (M + 1) <= 2 * (s * (k + 1)) + len * (k + 1) + len + k) by lia.
  assert (P : len * (2 * (M + 1)) <= len * (2 * (s * (k + 1)) + len * (k + 1) + len + k)) by (apply Z.mul_le_mono_nonneg_l; lia).
  nia.
Qed.

Lemma floor_le x len k a b : 1 <= k -> 0 <= x -> 0 <= a -> a * len <= b * k -> a * (x * len / k) <= b * x.
Proof.
  intros K X A H. assert (D := Z.mul_div_le (x * len) k ltac:(lia)).
  assert (F : k * (a * (x * len / k)) <= k * (b * x)); [|nia].
  replace (k * (a * (x * len / k))) with (a * (k * (x * len / k))) by ring.
  transitivity (a * (x * len)); [apply Z.mul_le_mono_nonneg_l; assumption|]. nia.
Qed.

Lemma pace_2 len k : 1 <= len <= M - s -> in_parallel M s len k -> M * len <= 2 * volume2 len * k.
Proof. intros L P. assert (A := pace len k ltac:(lia) P). destruct P as (K & _ & _). unfold volume2 in *. nia. Qed.

Lemma completions_le len k now W : 1 <= k -> 0 <= len -> forall j last, 0 <= j -> j + Z.of_nat (length W) - 1 <= last ->
  completions len k now j W <= add (fun o => if o <=? len then now + last * len / k + o else 0) W.
Proof.
  intros K L. induction W as [|o W IH]; intros j last J H; cbn [completions add fold_right length] in *; [lia|].
  assert (A := IH (j + 1) last ltac:(lia) ltac:(lia)). unfold add in A.
  destruct (o <=? len); [|lia]. assert (j * len / k <= last * len / k) by (apply Z.div_le_mono; nia). lia.
Qed.

(** ** All phases, with slices that are [used]: q M len is at most p k V(len) *)
Variables (p q : Z) (used : Z -> Prop).
Hypotheses (p0 : 0 <= p) (q0 : 1 <= q).
Hypothesis paced : forall len k, used len -> 1 <= len <= M - s -> in_parallel M s len k ->
  q * M * len <= p * volume2 len * k.

Definition ahead (t o : Z) : Z := 16 * volume2 o - 3 * (2 * s + 1) * (t - 1) - (t ^ 2 - 1).

Lemma ahead_step t o : 1 <= t -> t < 2 * o -> o <= M - s -> let len := Z.min t (M - s) in
  3 * volume2 len + (if len <? o then ahead (2 * t) o else 0) <= ahead t o.
Proof.
  intros T O B len. destruct (Z.ltb_spec len o) as [H|H].
  - assert (E : len = t) by (unfold len in *; lia). rewrite E in *. unfold ahead, volume2. nia.
  - assert (len <= t) by (unfold len; lia). assert (1 <= len) by (unfold len; lia).
    unfold ahead, volume2. assert (A : len * (2 * s + 1) <= t * (2 * s + 1)) by nia. assert (len * len <= t * t) by nia.
    assert (t * (2 * s + 1) <= 2 * o * (2 * s + 1)) by nia. assert (t * t <= 2 * o * (2 * o)) by nia. nia.
Qed.

Theorem phases t now W latency : gsa M s t now W latency -> 1 <= t -> (forall o, In o W -> t < 2 * o /\ o <= M - s) ->
  (forall i o, 0 <= i -> In o W -> 2 ^ i * t < 2 * o -> used (Z.min (2 ^ i * t) (M - s))) ->
  3 * q * M * latency <= 3 * q * M * (now * Z.of_nat (length W)) + p * pairs (fun a b => ahead t (Z.min a b)) W
    + 3 * q * M * add (fun o => 3 * o - t) W.
Proof.
  intro G. induction G as [t now | t now W k latency Wn len P G IH]; intros T B U; [cbn; lia|].
  assert (O : exists o, In o W) by (destruct W as [|o W]; [congruence | exists o; left; reflexivity]).
  destruct O as (o1 & I1). destruct (B o1 I1) as [B1 B2].
  assert (L : 1 <= len <= M - s) by (unfold len; lia). set (m := Z.of_nat (length W)) in *.
  assert (m1 : 1 <= m) by (unfold m; destruct W; [congruence | cbn [length]; lia]).
  set (F := (m - 1) * len / k). set (rest := filter (Z.ltb len) W) in *.
  assert (Br : forall o, In o rest -> 2 * t < 2 * o /\ o <= M - s).
  { intros o I. apply filter_In in I. destruct I as [I E]. apply Z.ltb_lt in E. destruct (B o I). unfold len in *. lia. }
  assert (Ur : forall i o, 0 <= i -> In o rest -> 2 ^ i * (2 * t) < 2 * o -> used (Z.min (2 ^ i * (2 * t)) (M - s))).
  { intros i o Hi I H. apply filter_In in I. replace (2 ^ i * (2 * t)) with (2 ^ (i + 1) * t) in *
      by (rewrite Z.pow_add_r by lia; ring). apply (U (i + 1) o); [lia | tauto | lia]. }
  specialize (IH ltac:(lia) Br Ur). assert (K := proj1 P).
  assert (Ul : used len) by (assert (A := U 0 o1 (Z.le_refl 0) I1); rewrite Z.pow_0_r, Z.mul_1_l in A; apply A, B1).
  assert (F0 : q * M * F <= p * volume2 len * (m - 1)) by (apply floor_le; try lia; [nia | apply paced; assumption]).
  assert (V0 : 0 <= volume2 len) by (unfold volume2; nia).
  assert (C := completions_le len k now W K ltac:(lia) 0 (m - 1) ltac:(lia) ltac:(unfold m; lia)). fold F in C.
  assert (Pairs : m * (m * (3 * volume2 len)) + pairs (fun a b => ahead (2 * t) (Z.min a b)) rest
    <= pairs (fun a b => ahead t (Z.min a b)) W).
  { unfold rest. rewrite pairs_filter. unfold m. rewrite <- (pairs_const (3 * volume2 len)), <- pairs_plus.
    apply pairs_le. intros a b Ia Ib. destruct (B a Ia), (B b Ib).
    assert (S := ahead_step t (Z.min a b) T ltac:(lia) ltac:(lia)). cbv zeta in S. fold len in S.
    destruct (Z.ltb_spec len a), (Z.ltb_spec len b), (Z.ltb_spec len (Z.min a b)); lia. }
  assert (Own : completions len k now 0 W + (now + F + len) * Z.of_nat (length rest) + add (fun o => 3 * o - 2 * t) rest
    <= m * (now + F) + add (fun o => 3 * o - t) W).
  { replace ((now + F + len) * Z.of_nat (length rest)) with (add (fun _ : Z => now + F + len) rest)
      by (rewrite add_const; lia).
    unfold m. rewrite <- add_const. unfold rest. rewrite !add_filter.
    eapply Z.le_trans; [apply Z.add_le_mono_r, Z.add_le_mono_r, C|]. rewrite <- !add_plus. apply add_le.
    intros o I. destruct (B o I). destruct (Z.leb_spec o len), (Z.ltb_spec len o); unfold len in *; lia. }
  unfold phase_ends in IH. fold m F in IH.
  set (u := completions len k now 0 W) in *. set (G1 := pairs _ rest) in *. set (G0 := pairs _ W) in *.
  clear C. set (h1 := add _ rest) in *. set (h0 := add _ W) in *. set (r := Z.of_nat (length rest)) in *.
  assert (M0 : 0 <= 3 * q * M) by nia.
  assert (A1 : 3 * q * M * (u + (now + F + len) * r + h1) <= 3 * q * M * (m * (now + F) + h0))
    by (apply Z.mul_le_mono_nonneg_l; assumption).
  assert (A2 : p * (m * (m * (3 * volume2 len)) + G1) <= p * G0) by (apply Z.mul_le_mono_nonneg_l; assumption).
  assert (A3 : 3 * m * (q * M * F) <= 3 * m * (p * volume2 len * (m - 1))) by (apply Z.mul_le_mono_nonneg_l; lia).
  assert (A4 : 0 <= 3 * m * (p * volume2 len)) by nia. nia.
Qed.
End GSA.

(** ** Against every schedule *)
Lemma add_requests f rs : add f (map output rs) = total (length rs) (fun i => f (output (pick rs i))).
Proof.
  induction rs as [|r rs IH]; [reflexivity|]. cbn [map add fold_right length]. rewrite total_front.
  unfold add in IH. rewrite IH. reflexivity.
Qed.

Section Ratio.
Variables (M s : Z) (rs : list request).
Hypotheses (ok : sane rs) (now : forall r, In r rs -> arrival r = 0) (one : forall r, In r rs -> prompt r = s).
Local Notation n := (length rs).

Lemma pairs_optimal sch : valid M rs sch ->
  pairs (fun a b => volume2 s (Z.min a b)) (map output rs) <= 2 * (2 * (M * tel rs sch)).
Proof.
  intro V. assert (A := pairs_of_volumes M rs ok now sch V). unfold pairs. rewrite add_requests.
  rewrite (total_ext n _ (fun j => total n (fun i => Z.min (twice (pick rs i)) (twice (pick rs j))))).
  - rewrite (total_pairs n (fun i j => Z.min (twice (pick rs i)) (twice (pick rs j)))).
    eapply Z.le_trans; [|apply Z.mul_le_mono_nonneg_l; [lia | exact A]]. rewrite <- total_scal. apply total_le. intros j Hj.
    rewrite Z.min_id. rewrite (total_ext j _ (fun i => 2 * Z.min (twice (pick rs i)) (twice (pick rs j)))) by (intros; lia).
    rewrite total_scal. destruct (request_facts rs ok now j Hj) as (S & O & _). unfold twice. nia.
  - intros j Hj. rewrite add_requests. apply total_ext. intros i Hi.
    destruct (request_facts rs ok now i Hi) as (S & O & _). destruct (request_facts rs ok now j Hj) as (_ & O' & _).
    assert (Pi : prompt (pick rs i) = s) by (apply one, nth_In, Hi).
    assert (Pj : prompt (pick rs j) = s) by (apply one, nth_In, Hj). unfold twice, volume2. rewrite Pi, Pj in *.
    destruct (Z.le_gt_cases (output (pick rs i)) (output (pick rs j))).
    + rewrite (Z.min_r _ (output (pick rs i))) by lia. rewrite Z.min_l by nia. nia.
    + rewrite (Z.min_l _ (output (pick rs i))) by lia. rewrite Z.min_r by nia. nia.
Qed.

Lemma tel_nonneg sch : valid M rs sch -> 0 <= tel rs sch.
Proof.
  intro V. eapply Z.le_trans; [|apply (outputs_le M rs ok now sch V)]. apply total_nonneg. intros j Hj.
  destruct (request_facts rs ok now j Hj) as (_ & O & _). lia.
Qed.

Lemma sliced_ratio p q (used : Z -> Prop) latency sch : 0 <= p -> 1 <= q -> 0 < M -> 0 <= s ->
  (forall len k, used len -> 1 <= len <= M - s -> in_parallel M s len k -> q * M * len <= p * volume2 s len * k) ->
  (forall i r, 0 <= i -> In r rs -> 2 ^ i < 2 * output r -> used (Z.min (2 ^ i) (M - s))) ->
  (forall r, In r rs -> s + output r <= M) -> gsa M s 1 0 (map output rs) latency -> valid M rs sch ->
  3 * q * latency <= (64 * p + 9 * q) * tel rs sch.
Proof.
  intros P Q M0 S0 H U Fit G V.
  assert (A := phases M s S0 p q used P Q H 1 0 (map output rs) latency G ltac:(lia)).
  assert (B := pairs_optimal sch V). assert (O := outputs_le M rs ok now sch V).
  assert (N : forall o, In o (map output rs) -> 1 < 2 * o /\ o <= M - s).
  { intros o I. apply in_map_iff in I. destruct I as (r & <- & I). destruct (ok r I) as (_ & O1 & _).
    specialize (Fit r I). lia. }
  assert (U' : forall i o, 0 <= i -> In o (map output rs) -> 2 ^ i * 1 < 2 * o -> used (Z.min (2 ^ i * 1) (M - s))).
  { intros i o Hi I. apply in_map_iff in I. destruct I as (r & <- & I). rewrite Z.mul_1_r. apply U; assumption. }
  specialize (A N U'). rewrite Z.mul_0_l, Z.mul_0_r, Z.add_0_l in A.
  assert (E : pairs (fun a b => ahead s 1 (Z.min a b)) (map output rs) =
    16 * pairs (fun a b => volume2 s (Z.min a b)) (map output rs)).
  { unfold pairs. rewrite <- add_scal. apply add_ext. intros a _. rewrite <- add_scal. apply add_ext. intros b _.
    unfold ahead. lia. }
  assert (D : add (fun o => 3 * o - 1) (map output rs) <= 3 * tel rs sch).
  { rewrite add_requests. eapply Z.le_trans; [|apply Z.mul_le_mono_nonneg_l; [lia | exact O]]. rewrite <- total_scal.
    apply total_le. intros. lia. }
  rewrite E in A. set (x := pairs _ _) in *. set (d := add _ _) in *. set (T := tel rs sch) in *.
  assert (A1 : p * (16 * x) <= p * (16 * (2 * (2 * (M * T))))) by (apply Z.mul_le_mono_nonneg_l; lia).
  assert (A2 : 3 * q * M * d <= 3 * q * M * (3 * T)) by (apply Z.mul_le_mono_nonneg_l; nia).
  apply (Z.mul_le_mono_pos_l _ _ M M0). nia.
Qed.
End Ratio.

Open Scope R_scope.
Theorem gsa_ratio M s rs latency sch : sane rs -> (forall q, In q rs -> arrival q = 0)%Z ->
  (forall q, In q rs -> prompt q = s /\ s + output q <= M)%Z -> (0 <= s)%Z -> (0 < M)%Z ->
  gsa M s 1 0 (map output rs) latency -> valid M rs sch -> IZR latency <= 1548 / 25 * IZR (tel rs sch).
Proof.
  intros ok now one S0 M0 G V.
  assert (B : (3 * latency <= 137 * tel rs sch)%Z).
  { change (3 * 1 * latency <= (64 * 2 + 9 * 1) * tel rs sch)%Z.
    apply (sliced_ratio M s rs ok now (fun r I => proj1 (one r I)) 2 1 (fun _ => True)); try assumption; try lia; try tauto.
    - intros len k _ L P. assert (C := pace_2 M s S0 len k L P). lia.
    - intros r I; apply one, I. }
  assert (T := tel_nonneg M rs ok now sch V). apply IZR_le in B, T. rewrite !mult_IZR in B. lra.
Qed.

(** e = (P - 1)/(M - P + 1), P the largest peak of a slice: V(len)/(M - P + 1) = (1 + e) V(len)/M *)
Theorem large_memory : forall M s P rs e latency sch, sane rs -> (forall q, In q rs -> arrival q = 0)%Z ->
  (forall q, In q rs -> prompt q = s /\ s + output q <= M)%Z -> (0 <= s)%Z -> (P <= M)%Z ->
  (forall i q, 0 <= i -> In q rs -> 2 ^ i < 2 * output q -> s + Z.min (2 ^ i) (M - s) <= P)%Z ->
  IZR (P - 1)%Z <= e * IZR (M - P + 1)%Z ->
  gsa M s 1 0 (map output rs) latency -> valid M rs sch ->
  IZR latency <= (44 / 3 + 32 / 3 * e) * IZR (tel rs sch) /\
  (e <= 13 / 8 -> IZR latency <= 32 * IZR (tel rs sch)).
Proof.
  intros M s P rs e latency sch ok now one S0 PM Large E G V.
  assert (T := tel_nonneg M rs ok now sch V). apply IZR_le in T.
  assert (B : IZR latency <= (44 / 3 + 32 / 3 * e) * IZR (tel rs sch)).
  { destruct rs as [|r0 rs']; [cbn [map] in G; inversion G; subst; [cbn in *; lra | congruence]|]. set (rs := r0 :: rs') in *.
    assert (M0 : (0 < M)%Z).
    { destruct (ok r0 (or_introl eq_refl)) as (_ & O & _). destruct (one r0 (or_introl eq_refl)). lia. }
    assert (B : (3 * (2 * (M - P + 1)) * latency <= (64 * M + 9 * (2 * (M - P + 1))) * tel rs sch)%Z).
    { apply (sliced_ratio M s rs ok now (fun r I => proj1 (one r I)) M (2 * (M - P + 1)) (fun len => s + len <= P)%Z);
        try assumption; try lia.
      - intros len k L1 L2 K. assert (C := pace M s len k ltac:(lia) K). destruct K as (K & _).
        assert (D : (2 * len * (M - P + 1) <= 2 * len * (M + 1 - (s + len)))%Z) by (apply Z.mul_le_mono_nonneg_l; lia).
        assert (F : (M * (2 * len * (M - P + 1)) <= M * (k * volume2 s len))%Z) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
      - intros r I; apply one, I. }
    assert (d1 : 1 <= IZR (M - P + 1)%Z) by (apply IZR_le; lia).
    assert (Md : IZR M = IZR (P - 1)%Z + IZR (M - P + 1)%Z) by (rewrite <- plus_IZR; f_equal; lia).
    clear Large G V. set (z := (M - P + 1)%Z) in *. apply IZR_le in B.
    rewrite !mult_IZR, !plus_IZR, !mult_IZR in B. set (d := IZR z) in *. set (t := IZR (tel rs sch)) in *.
    apply (Rmult_le_reg_l (6 * d)); [lra|].
    assert (F : 64 * IZR M * t <= 64 * ((1 + e) * d) * t) by (apply Rmult_le_compat_r; [assumption | lra]).
    assert (0 <= d * t) by (apply Rmult_le_pos; lra). lra. }
  split; [assumption|]. intro He. eapply Rle_trans; [exact B|]. apply Rmult_le_compat_r; [assumption | lra].
Qed.

(** a phase: the j-th starts floor(j len/k) steps after it begins, the next phase len after the last *)
Theorem phase_takes M s len k now W : (0 <= s)%Z -> (1 <= len <= M - s)%Z -> W <> [] -> in_parallel M s len k ->
  let v := IZR (len * (2 * s + len + 1)) / 2 in
  (forall j, (0 <= j)%Z -> IZR (j * len / k) <= 1 * (IZR j * v / (IZR (M - (s + len)) + 1))) /\
  IZR (phase_ends len k now W) <=
    IZR now + 1 * (IZR (Z.of_nat (length W) - 1) * v / (IZR (M - (s + len)) + 1)) + 1 * IZR len.
Proof.
  intros S0 L Wn K v. assert (d1 : 0 <= IZR (M - (s + len))) by (apply IZR_le; lia).
  assert (A : forall j, (0 <= j)%Z -> IZR (j * len / k) <= 1 * (IZR j * v / (IZR (M - (s + len)) + 1))).
  { intros j J. assert (C := pace M s len k ltac:(lia) K).
    assert (F := floor_le j len k (2 * (M + 1 - (s + len))) (volume2 s len) (proj1 K) J ltac:(lia) ltac:(lia)).
    apply IZR_le in F. rewrite !mult_IZR in F. replace (M + 1 - (s + len))%Z with (M - (s + len) + 1)%Z in F by ring.
    rewrite plus_IZR in F. unfold volume2 in F. unfold v. set (d := IZR (M - (s + len))) in *.
    apply (Rmult_le_reg_r (2 * (d + 1))); [lra|].
    replace (1 * (IZR j * (IZR (len * (2 * s + len + 1)) / 2) / (d + 1)) * (2 * (d + 1)))
      with (IZR (len * (2 * s + len + 1)) * IZR j) by (field; lra). lra. }
  split; [exact A|]. unfold phase_ends. rewrite !plus_IZR.
  assert (B := A (Z.of_nat (length W) - 1)%Z). assert (0 <= Z.of_nat (length W) - 1)%Z by (destruct W; [congruence | cbn [length]; lia]).
  specialize (B H). lra.
Qed.
