(** * Policies that look at volumes only: the definitions to trust

    Requests of any lengths and prompts: a list of (share, volume). As in Fluid.v the total latency is
    n^2 / (2 M) times the sum over the stages of time times (completed + 2 left over). *)
Require Import Reals List.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid.
Import ListNotations.
Open Scope R_scope.

(** [mean f r] is the sum of x f(V). *)
Fixpoint mean (f : R -> R) (r : list (R * R)) : R :=
  match r with [] => 0 | (x, V) :: more => x * f V + mean f more end.
Definition requests (r : list (R * R)) : Prop := List.Forall (fun p => 0 <= fst p /\ 0 < snd p) r.
Definition area_of (r : list (R * R)) : R := mean (fun V => mean (Rmin V) r) r.

(** Offset slicing: a request has the levels e^l, l = (k + offset) beta for all integers k, beta =
    2 ln y (so that they grow by y^2); offsets are uniform and independent of the volumes. All are
    tried in the order of their levels, and cancelled there. [attempt]: what a request that has the
    level e^l uses at it, as the level before was not enough. [waiting]: for which share of the
    offsets the last level up to e^l, which is e^(l-u), is not enough. The form is the integral of
    2 T left over l, the share 1/beta of the requests having a level per unit of l. *)
Definition attempt (beta l V : R) : R := if Rlt_dec (exp (l - beta)) V then Rmin V (exp l) else 0.
Definition waiting (beta l V : R) : R :=
  RInt (fun u => if Rlt_dec (exp (l - u)) V then / beta else 0) 0 beta.
Definition offset_stage (y : R) (r : list (R * R)) (l : R) : R :=
  let beta := 2 * ln y in 2 * (mean (attempt beta l) r / beta) * mean (waiting beta l) r.

(** The same with m classes of offsets, (j + phase)/m, a phase common to all, averaged over it: levels
    of all classes grow by q^2, beta = 2 m ln q. The stage at the level e^l is of one class, a share
    1/m; of the others who wait for it all of each class's last level count twice, its own before
    (j = m) and after it (j = 0) once. *)
Definition class_weight (m j : nat) : R := if Nat.eqb j 0 then 1 else if Nat.eqb j m then 1 else 2.
Definition class_waiting (m : nat) (q l V : R) : R :=
  sum (fun j => class_weight m j * if Rlt_dec (exp (l - INR j * (2 * ln q))) V then 1 else 0) 0 (S m).
Definition class_stage (m : nat) (q : R) (r : list (R * R)) (l : R) : R :=
  let beta := INR m * (2 * ln q) in
  / (INR m * beta) * (mean (attempt beta l) r * mean (class_waiting m q l) r).

(** Slicing by volume: in the stage of level C after the level [after] every request of more than
    that runs until it completes or has used C, and is charged C if it is cancelled. The four
    slicings have the levels F 4^k / 16, rounded down, with F = 5, 7, 10, 14; volumes are whole. *)
Definition more (level V : R) : R := if Rlt_dec level V then 1 else 0.
Fixpoint by_levels (r : list (R * R)) (after : R) (levels : list R) : R :=
  match levels with
  | [] => 0
  | C :: rest =>
      mean (fun V => more after V * Rmin V C) r * mean (fun V => more after V + more C V) r
        + by_levels r C rest
  end.
Definition whole (r : list (R * R)) : Prop :=
  List.Forall (fun p => exists n, (1 <= n)%nat /\ snd p = INR n) r.
Definition four_levels (F stages : nat) : list R :=
  map (fun k => INR (F * 4 ^ k / 16)) (seq 0 stages).

(** Offset slicing of jobs on one machine, with weights x and v = (processing time)/x: a list of (x, v),
    levels of growth y^2 in v, an independent uniform offset each. [others f r]: the sum of x_i x_j
    (f v_i v_j + f v_j v_i) over pairs; [own f r] of x_i^2 f(v_i). The expected sum of weight times
    completion time is the integral over all levels e^l of what an attempt of one job delays the
    others that still wait, and for each job itself v and its attempts before its last one.
    [smith]: smallest v first, each completed before the next one starts, which is optimal. *)
Fixpoint others (f : R -> R -> R) (r : list (R * R)) : R :=
  match r with [] => 0 | (x, V) :: more => x * mean (fun W => f V W + f W V) more + others f more end.
Fixpoint own (f : R -> R) (r : list (R * R)) : R :=
  match r with [] => 0 | (x, V) :: more => x * x * f V + own f more end.
Definition delays (y : R) (r : list (R * R)) (l : R) : R :=
  let beta := 2 * ln y in others (fun V W => attempt beta l V / beta * waiting beta l W) r.
Definition own_times (y a : R) (r : list (R * R)) : R :=
  own (fun V => V + RInt (fun l => exp l / (2 * ln y)) a (ln V)) r.
Definition smith (r : list (R * R)) : R := own (fun V => V) r + others Rmin r / 2.

(** Slices by volume when a stopped request keeps its tokens: in the slice from the level [after] to C
    every request of more than [after] runs until it completes or has used C in all. Who goes on in a
    slice is restarted first, which takes [restart after]: nothing, or the time of recomputing the tokens
    made by then, [per] for each of them and of the prompt. [growing]: the levels g C, g^2 C, ... *)
Definition spent (after C V : R) : R := Rmin V C - Rmin V after.
Fixpoint kept_levels (restart : R -> R) (r : list (R * R)) (after : R) (levels : list R) : R :=
  match levels with
  | [] => 0
  | C :: rest =>
      (mean (spent after C) r + restart after * mean (more after) r) * mean (fun V => more after V + more C V) r
        + kept_levels restart r C rest
  end.
Fixpoint growing (g C : R) (slices : nat) : list R :=
  match slices with O => [] | S m => g * C :: growing g (g * C) m end.
Definition tokens (s C : R) : R := (sqrt ((2 * s + 1) ^ 2 + 8 * C) - (2 * s + 1)) / 2.   (* v = C *)
Definition recompute (s per after : R) : R := if Rlt_dec 0 after then per * (s + tokens s after) else 0.
Definition volume (s k : R) : R := s * k + k * (k + 1) / 2.   (* of k tokens, whole or not *)
