(** * The finite model: the definitions to trust

    The same as theory/model.py. A request has a prompt, makes [output] tokens and arrives at a step;
    an attempt in the steps a ... b-1 holds prompt + x - a + 1 tokens of cache in step x. A run has
    cancelled attempts and a last one, from [start] to the end; the cache never exceeds M. *)
Require Import ZArith List Bool.
Import ListNotations.
Open Scope Z_scope.

Record request := Req { prompt : Z; output : Z; arrival : Z }.
Record run := Run { cancelled : list (Z * Z); start : Z }.

Fixpoint total (n : nat) (f : nat -> Z) : Z := match n with O => 0 | S m => total m f + f m end.
Definition pick (rs : list request) (i : nat) : request := nth i rs (Req 0 1 0).

Definition holds (r : request) (a b x : Z) : Z :=
  if (a <=? x) && (x <? b) then prompt r + x - a + 1 else 0.
Definition usage (r : request) (p : run) (x : Z) : Z :=
  holds r (start p) (start p + output r) x +
  fold_right Z.add 0 (map (fun c => holds r (fst c) (snd c) x) (cancelled p)).

(** attempts in order, none before [free], each cancelled before its last token *)
Fixpoint attempts (r : request) (free : Z) (l : list (Z * Z)) (last : Z) : Prop :=
  match l with
  | [] => free <= last
  | (a, b) :: more => free <= a < b /\ b - a < output r /\ attempts r b more last
  end.

Definition sane (rs : list request) : Prop :=
  forall r, In r rs -> 0 <= prompt r /\ 1 <= output r /\ 0 <= arrival r.
Definition valid (M : Z) (rs : list request) (sch : nat -> run) : Prop :=
  (forall i, (i < length rs)%nat ->
     attempts (pick rs i) (arrival (pick rs i)) (cancelled (sch i)) (start (sch i))) /\
  (forall x, total (length rs) (fun i => usage (pick rs i) (sch i) x) <= M).

(** total end-to-end latency *)
Definition tel (rs : list request) (sch : nat -> run) : Z :=
  total (length rs) (fun i => start (sch i) + output (pick rs i) - arrival (pick rs i)).
