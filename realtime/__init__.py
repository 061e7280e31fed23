"""The live engine: what is told, to whom, how fast.

Invariants:
- State, not events. A watched board holds its newest state; a subscriber holds at most one undelivered frame, the
  newest.
- One load per change and board; one execution and one encoding per change and normalised operation; none per
  subscriber.
- Listen, then load: a board's topics are watched before its first load, so that no change falls between.
- Versions given to a subscriber only grow.
- Messages are hints. The poll alone makes every watched board right within its bound.
- Nothing here waits for a socket, and nothing is cancelled while it talks to the database: tasks are asked to stop.
"""
