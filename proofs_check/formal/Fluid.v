(** * The fluid forms: the definitions to trust

    The same as proofs_check/fluid.py, line by line. [x k] is the share of the requests that make [k]
    tokens, [s] the prompt that all have, [l ... u] the lengths. A stage takes the time [T j] for each
    unit of share of length [j]; a request waits half of the stage in which it completes and all of
    one that it outlives, so that with [W j] = (completed) + 2 (left over) the total latency is
    n^2 / (2 M) times the sum over the stages of T(x) W(x). *)
Require Import Reals List Arith.
Import ListNotations.
Open Scope R_scope.

(** [sum f k n] = f k + ... + f (k+n-1);
    [stages F k n] = F k n + F (k+1) (n-1) + ... + F (k+n-1) 1: stage [k] sees the [n] lengths that
    are left, [k ... k+n-1]. *)
Fixpoint sum (f : nat -> R) (k n : nat) : R :=
  match n with O => 0 | S m => f k + sum f (S k) m end.
Fixpoint stages (F : nat -> nat -> R) (k n : nat) : R :=
  match n with O => 0 | S m => F k n + stages F (S k) m end.
Definition upto (l u : nat) : nat := (S u - l)%nat.         (* how many lengths l ... u are *)

Definition shares (x : nat -> R) : Prop := forall k, 0 <= x k.
Definition two (l u : nat) (X Y : R) (j : nat) : R :=       (* share X of length l, Y of length u *)
  if Nat.eqb j l then X else if Nat.eqb j u then Y else 0.

Definition c (s : R) (k : nat) : R := INR k * (s + INR k).  (* a request charged its peak *)
Definition v (s : R) (k : nat) : R := s * INR k + INR k * (INR k + 1) / 2.   (* its volume *)

Definition stage (T W : nat -> R) (x : nat -> R) (k n : nat) : R :=
  sum (fun j => T j * x j) k n * sum (fun j => W j * x j) k n.
Definition once (k j : nat) : R := if Nat.eqb j k then 1 else 2.   (* k completes, the longer wait *)
Definition by_length (size : nat -> R) (x : nat -> R) (k n : nat) : R :=
  stage (fun j => if Nat.eqb j k then size k else 0) (once k) x k n.

Definition h_sf (s : R) (x : nat -> R) (l u : nat) : R := stages (by_length (c s) x) l (upto l u).
Definition area (s : R) (x : nat -> R) (l u : nat) : R := stages (by_length (v s) x) l (upto l u).
Definition a_random (s : R) (x : nat -> R) (l u : nat) : R :=
  stage (c s) (fun _ => 1) x l (upto l u).
Definition a_max (s : R) (x : nat -> R) (l u : nat) : R :=
  stage (fun j => INR j * (s + INR u)) (fun _ => 1) x l (upto l u).
Definition a_l (s : R) (x : nat -> R) (l u : nat) : R :=
  stage (fun _ => c s l) (once l) x l (upto l u) +
  stage (fun j => if Nat.eqb j l then 0 else c s u) (fun j => if Nat.eqb j l then 0 else 1) x l (upto l u).

(** A_l with a threshold m, both stages charged at own lengths: all run up to m tokens, those of more
    again, to their end. *)
Definition beyond (cap j : nat) : R := if Nat.ltb cap j then 1 else 0.
Definition a_l_up_to (m : nat) (s : R) (x : nat -> R) (l u : nat) : R :=
  stage (fun j => c s (Nat.min j m)) (fun j => 1 + beyond m j) x l (upto l u) +
  stage (fun j => beyond m j * c s j) (beyond m) x l (upto l u).

(** A_min, Lemma 2 of the paper: stage k has the slots e = s + l (k = l) or e = 1 (k > l);
    T(j) = e (j - less), W(j) = (e + 2 (j - k)) / (s + j) for j >= k. *)
Definition a_min_stage (s e less : R) (x : nat -> R) (k n : nat) : R :=
  stage (fun j => e * (INR j - less)) (fun j => (e + 2 * (INR j - INR k)) / (s + INR j)) x k n.
Definition a_min_with (less : nat -> R) (s : R) (x : nat -> R) (l u : nat) : R :=
  a_min_stage s (s + INR l) (less l) x l (upto l u) +
  stages (fun k => a_min_stage s 1 (less k) x k) (S l) (u - l).
Definition a_min (s : R) (x : nat -> R) (l u : nat) : R := a_min_with (fun _ => 0) s x l u.
Definition a_min_staggered (s : R) (x : nat -> R) (l u : nat) : R :=
  a_min_with (fun k => INR k * (INR k - 1) / (2 * (s + INR k))) s x l u.

(** Slicing: stage with cap X after cap Y; all of more than Y tokens run up to X. *)
Fixpoint slicing (s : R) (x : nat -> R) (l u : nat) (after : nat) (caps : list nat) : R :=
  match caps with
  | [] => 0
  | cap :: more =>
      stage (fun j => beyond after j * v s (Nat.min j cap)) (fun j => beyond after j + beyond cap j)
        x l (upto l u) + slicing s x l u cap more
  end.

(** Algorithm 5 of the paper, with the disjoint intervals [l, m1], [m1+1, m2], ..., [.., u] and
    [ends] = m1, m2, ...: an interval's requests complete before the next one's start. *)
Fixpoint revised (s : R) (x : nat -> R) (l : nat) (ends : list nat) (u : nat) : R :=
  match ends with
  | [] => a_min s x l u
  | m :: more =>
      a_min s x l m + 2 * sum (fun j => c s j * x j) l (upto l m) * sum x (S m) (upto (S m) u)
      + revised s x (S m) more u
  end.
Fixpoint ascending (l : nat) (ends : list nat) (u : nat) : Prop :=
  match ends with [] => (l <= u)%nat | m :: more => (l <= m)%nat /\ ascending (S m) more u end.

(** Least attained service, when a stopped request keeps its tokens: token k of all takes the time
    (s + k) S_k, x_k complete with it and S_(k+1) are left. *)
Definition least_attained (s : R) (x : nat -> R) (u : nat) : R :=
  stages (fun k n => (s + INR k) * sum x k n * (x k + 2 * sum x (S k) (n - 1))) 1 u.

(** The largest ratio of the form F to H-SF over shares of the lengths l and u is b. *)
Definition attains (s : R) (l u : nat) (F : R -> (nat -> R) -> nat -> nat -> R) (b : R) : Prop :=
  (forall X Y, 0 <= X -> 0 <= Y -> F s (two l u X Y) l u <= b * h_sf s (two l u X Y) l u) /\
  (exists X Y, 0 <= X /\ 0 <= Y /\ 0 < h_sf s (two l u X Y) l u /\
     b * h_sf s (two l u X Y) l u <= F s (two l u X Y) l u).

(** Caps of slicing: after X the largest C with v(C) <= 4 v(X+1); they reach u. *)
Fixpoint quadrupling (s : R) (X : nat) (caps : list nat) (u : nat) : Prop :=
  match caps with
  | [] => (u <= X)%nat
  | C :: more => v s C <= 4 * v s (S X) < v s (S C) /\ quadrupling s C more u
  end.

(** Batches by classes (GBA): the lengths after+1 ... C of a class are all charged v(C). *)
Fixpoint batches (s : R) (x : nat -> R) (u : nat) (after : nat) (ends : list nat) : R :=
  match ends with
  | [] => 0
  | C :: more =>
      let N := sum x (S after) (Nat.min C u - after) in let L := sum x (S C) (u - C) in
      v s C * N * (N + 2 * L) + batches s x u C more
  end.

(** Slices when a stopped request keeps its tokens: from X tokens to the cap C, all of more than X.
    The first one makes the l tokens that all have; each is of at most g times the volume [size] of
    the one before. *)
Fixpoint kept_slices (s : R) (x : nat -> R) (u : nat) (X : nat) (caps : list nat) : R :=
  match caps with
  | [] => 0
  | C :: more =>
      sum (fun k => (s + INR k) * sum x k (S u - k)) (S X) (C - X)
        * (sum x (S X) (u - X) + sum x (S C) (u - C)) + kept_slices s x u C more
  end.
Definition kept (s : R) (x : nat -> R) (l u : nat) (caps : list nat) : R :=
  v s l * sum x l (upto l u) * (sum x l (upto l u) + sum x (S l) (u - l)) + kept_slices s x u l caps.
Fixpoint grows (s g size : R) (X : nat) (caps : list nat) (u : nat) : Prop :=
  match caps with
  | [] => (u <= X)%nat
  | C :: more => (X < C)%nat /\ v s C - v s X <= g * size /\ grows s g (v s C - v s X) C more u
  end.
