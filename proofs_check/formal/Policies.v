(** * Schedules of policies on finite instances: the definitions to trust *)
Require Import ZArith List Bool.
From KVRatio Require Import Model.
Import ListNotations.
Open Scope Z_scope.

(** A policy without preemption that starts requests in the order of their numbers, all there at step
    0 (SVF, MC-SF): [t i] is the start of request i, [guess i] its assumed output. While all before j
    have started and j waits, j does not fit with those that run: at some step y the cache would
    overflow, were all to run to their assumed ends. *)
Definition in_order (M : Z) (rs : list request) (guess t : nat -> Z) : Prop :=
  (forall i, (i < length rs)%nat -> 0 <= t i) /\
  (forall i j, (i <= j < length rs)%nat -> t i <= t j) /\
  (forall x, total (length rs) (fun i => holds (pick rs i) (t i) (t i + output (pick rs i)) x) <= M) /\
  (forall j x, (j < length rs)%nat -> 0 <= x < t j -> (forall i, (i < j)%nat -> t i <= x) ->
     exists y, M < total j (fun i => if (t i <=? x) && (x <? t i + output (pick rs i))
                                     then holds (pick rs i) (t i) (t i + guess i) y else 0)
                   + holds (pick rs j) x (x + guess j) y).
Definition twice (r : request) : Z := output r * (2 * prompt r + output r + 1).  (* its volume, doubled *)

(** Preemption that keeps the tokens; all requests there at step 0. [steps]: who makes a token in each
    step, with prompt + tokens made + 1 in the cache; who is stopped holds nothing. A request has
    [made] so many tokens before step x; the latency counts the unfinished of every step. *)
Definition runs (steps : list (list nat)) (i x : nat) : bool := existsb (Nat.eqb i) (nth x steps []).
Definition made (steps : list (list nat)) (i x : nat) : Z :=
  total x (fun y => if runs steps i y then 1 else 0).
Definition keeps_tokens (M : Z) (rs : list request) (steps : list (list nat)) : Prop :=
  (forall x, (x < length steps)%nat -> total (length rs) (fun i =>
     if runs steps i x then prompt (pick rs i) + made steps i x + 1 else 0) <= M) /\
  (forall i, (i < length rs)%nat -> made steps i (length steps) = output (pick rs i)).
Definition kept_tel (rs : list request) (steps : list (list nat)) : Z :=
  total (length steps) (fun x =>
    total (length rs) (fun i => if made steps i x <? output (pick rs i) then 1 else 0)).
