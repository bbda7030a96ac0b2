(** * A checker of optimality certificates, versions 1 and 2 (FORMAT.md); Certificates.v proves it right *)
Require Import ZArith List Bool Arith.
From KVRatio Require Import Model Totals Cuts.
Import ListNotations.
Open Scope Z_scope.

(** ** Certificates: a row has, step by step, the prices, each with the number of constraints without
    a price since the one before it; the budget is the first constraint *)
Definition row := list (list (nat * Z)).
Inductive node := Split (i : nat) (s : Z) | Leaf (p : nat).
Record certificate := Certificate {
  memory : Z; requests : list request; schedule : list run; lower : Z; upper : Z; scale : Z;
  cuts : list cut; prices : list row; tree : list node }.

(** ** A leaf. Weights take few values: [levels] lists them for each constraint, weights are places
    in these lists, and prices are multiplied by them beforehand. *)
Fixpoint multiples (levels : list (list Z)) (step : list (nat * Z)) : list (nat * list Z) :=
  match step with
  | [] => []
  | (k, p) :: more =>
      match skipn k levels with [] => [] | values :: rest => (k, map (Z.mul p) values) :: multiples rest more end
  end.
Fixpoint pay_places (places : list nat) (step : list (nat * list Z)) : Z :=
  match step with
  | [] => 0
  | (k, values) :: more =>
      match skipn k places with [] => 0 | i :: rest => nth i values 0 + pay_places rest more end
  end.
(** [table]: the weights of a request, from its start on *)
Fixpoint charge_places (table : list (list nat)) (steps : list (list (nat * list Z))) : Z :=
  match table, steps with
  | now :: later, step :: more => pay_places now step + charge_places later more
  | _, _ => 0
  end.
Fixpoint pay (values : list Z) (step : list (nat * Z)) : Z :=
  match step with
  | [] => 0
  | (k, p) :: more => match skipn k values with [] => 0 | w :: rest => p * w + pay rest more end
  end.
Definition earned (limits : list Z) (prices : row) : Z :=
  fold_right (fun step sum => pay limits step + sum) 0 prices.
Definition nonnegative (prices : row) : bool := forallb (forallb (fun e => 0 <=? snd e)) prices.

(** the least cost over the starts in a window; after [horizon] steps nothing is charged *)
Definition cost (D : Z) (charged : Z -> Z) (r : request) (t : Z) : Z := D * (t + output r - arrival r) + charged t.
Definition least (D : Z) (charged : Z -> Z) (horizon : nat) (r : request) (w : Z * option Z) : Z :=
  let lo := fst w in let last := Z.max lo (Z.of_nat horizon) in
  let last := match snd w with None => last | Some h => Z.min h last end in
  fold_right Z.min (cost D charged r lo)
    (map (fun k => cost D charged r (lo + Z.of_nat k)) (seq 0 (Z.to_nat (last - lo) + 1))).

Definition same (a b : request) : bool :=
  (prompt a =? prompt b) && (output a =? output b) && (arrival a =? arrival b).
Definition window := (Z * option Z)%type.
Definition at_window (l : list window) (i : nat) : window := nth i l (0, None).
Definition earlier (s : Z) (w : window) : window :=
  (fst w, Some match snd w with None => s | Some h => Z.min h s end).
Definition later (s : Z) (w : window) : window := (Z.max (fst w) (s + 1), snd w).
Definition change (n : nat) (on : nat -> bool) (f : window -> window) (l : list window) : list window :=
  map (fun j => if on j then f (at_window l j) else at_window l j) (seq 0 n).

Section Tree.
Variables (D L : Z) (rs : list request) (levels : list (list Z)) (tables : list (list (list nat))).
Variables (limits : list Z) (rows : list row).
Local Notation n := (length rs).
Definition close (prices : row) (case : list window) : bool :=
  let steps := map (multiples levels) prices in
  nonnegative prices &&
  (D * (L - 1) <? total n (fun i => least D (fun t => charge_places (nth i tables []) (skipn (Z.to_nat t) steps))
      (length prices) (pick rs i) (at_window case i)) - earned limits prices).
Fixpoint walk (nodes : list node) (cases : list (list window)) : bool :=
  match nodes, cases with
  | [], [] => true
  | Leaf p :: more, case :: others =>
      (p <? length rows)%nat && close (nth p rows []) case && walk more others
  | Split i s :: more, case :: others =>
      (i <? n)%nat && (fst (at_window case i) <=? s) &&
      match snd (at_window case i) with None => true | Some h => s <? h end &&
      walk more
        (change n (fun j => (j <=? i)%nat && same (pick rs j) (pick rs i)) (earlier s) case ::
         change n (fun j => (i <=? j)%nat && same (pick rs j) (pick rs i)) (later s) case :: others)
  | _, _ => false
  end.
End Tree.

(** ** A schedule is checked step by step up to its end *)
Definition sane_b (rs : list request) : bool :=
  forallb (fun r => (0 <=? prompt r) && (1 <=? output r) && (0 <=? arrival r)) rs.
Fixpoint attempts_b (r : request) (free : Z) (l : list (Z * Z)) (last : Z) : bool :=
  match l with
  | [] => free <=? last
  | (a, b) :: more => (free <=? a) && (a <? b) && (b - a <? output r) && attempts_b r b more last
  end.
Definition run_of (sch : list run) (i : nat) : run := nth i sch (Run [] 0).
Definition finish (rs : list request) (sch : list run) : Z :=
  most (length rs) (fun i => start (run_of sch i) + output (pick rs i)).
Definition valid_b (M : Z) (rs : list request) (sch : list run) : bool :=
  (0 <=? M) &&
  forallb (fun i => attempts_b (pick rs i) (arrival (pick rs i)) (cancelled (run_of sch i)) (start (run_of sch i)))
    (seq 0 (length rs)) &&
  forallb (fun k => total (length rs) (fun i => usage (pick rs i) (run_of sch i) (Z.of_nat k)) <=? M)
    (seq 0 (Z.to_nat (finish rs sch))).

Definition constraints (rs : list request) (ks : list cut) : list (cut * Z) :=
  map (fun k => (k, longest_of rs k)) (Budget :: ks).
Definition reach (M : Z) (cs : list (cut * Z)) (r : request) : Z :=
  fold_right Z.max 0 (map (fun c => span M (fst c) (snd c) r) cs).
Definition weights (M : Z) (cs : list (cut * Z)) (r : request) (t x : Z) : list Z :=
  map (fun c => weight M (fst c) (snd c) r t x) cs.
(** without the zeros at the end *)
Fixpoint trim (l : list Z) : list Z :=
  match l with
  | [] => []
  | w :: rest => match trim rest with [] => if w =? 0 then [] else [w] | some => w :: some end
  end.
Definition table (M : Z) (cs : list (cut * Z)) (r : request) : list (list Z) :=
  map (fun j => trim (weights M cs r 0 (Z.of_nat j))) (seq 0 (Z.to_nat (reach M cs r))).

Fixpoint collect (levels : list (list Z)) (weights : list Z) {struct weights} : list (list Z) :=
  match weights, levels with
  | [], _ => levels
  | w :: more, [] => [w] :: collect [] more
  | w :: more, values :: rest => (if existsb (Z.eqb w) values then values else w :: values) :: collect rest more
  end.
Fixpoint place (w : Z) (values : list Z) : nat :=
  match values with v :: more => if w =? v then 0 else S (place w more) | [] => 0 end.
Fixpoint encode (levels : list (list Z)) (weights : list Z) {struct weights} : list nat :=
  match weights, levels with w :: more, values :: rest => place w values :: encode rest more | _, _ => [] end.
Fixpoint decode (levels : list (list Z)) (places : list nat) {struct places} : list Z :=
  match places, levels with i :: more, values :: rest => nth i values 0 :: decode rest more | _, _ => [] end.
Definition equal (a b : list (list (list Z))) : bool :=
  if list_eq_dec (list_eq_dec (list_eq_dec Z.eq_dec)) a b then true else false.

Definition limits_of (M : Z) (cs : list (cut * Z)) : list Z := map (fun c => limit M (fst c)) cs.
Definition open (rs : list request) (i : nat) : window := (arrival (pick rs i), None).
Definition check (c : certificate) : bool :=
  let M := memory c in let rs := requests c in let cs := constraints rs (cuts c) in
  let weights := map (table M cs) rs in
  let levels := fold_left (fun all table => fold_left collect table all) weights [] in
  let tables := map (map (encode levels)) weights in
  sane_b rs && valid_b M rs (schedule c) && (tel rs (run_of (schedule c)) =? upper c) &&
  (lower c <=? upper c) && (1 <=? scale c) && forallb (proper M) (cuts c) &&
  equal (map (map (decode levels)) tables) weights &&
  walk (scale c) (lower c) rs levels tables (limits_of M cs) (prices c) (tree c)
    [map (open rs) (seq 0 (length rs))].
