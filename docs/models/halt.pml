/*
 * From a halt to the venue: gate, epoch, mode, latch, guard, a daemon that may be killed at any
 * moment, and a venue that hears late. README.md says which file each process stands for, and what
 * is left out. Any so many troubles happen, of whatever kind: spin tries every order of everything.
 */
#define TROUBLES 2
/* How many steps of trading a lane may take while something else waits in it. */
#define TURNS 3

mtype = { manual, automatic, emergency, reset, raise };

/* The gate: three of its halt bits, and its mode. Closed and in manual when the daemon is new. */
bool haltEmergency, haltReconciling = true, haltGuard = true;
mtype mode = manual;
/* Epochs are compared for equality with that of the one intent at hand, so one bit is enough. */
bool isEpochOver = true;
/* The gate counts a trip that control has not been told of yet; its message is under way. */
bool isTripNew;

/* What survives a kill: the latch file; mode and standing order in the journal. */
bool latch;
mtype journaled = manual, standing = automatic;

/* The contact of the button, and whether the kill switch has looked at it since. */
bool isOpen, isSeen;
/* Somebody has asked for a stop in words; anybody may. */
bool isStopAsked;
/* A command of a person, and whether that person may. */
chan commands = [1] of { mtype, bool };
/* Less than the cool-down has gone by since the last trip. */
bool isCooling;

/* The wire to the venue; the marks are an onlooker's. Cancels may be under way as well. */
chan orders = [1] of { bool };
bool cancelOfDesk = true, cancelOfGuard, isReconciled, isResting;

bool isKilled, isAbandoned, isGuardUp = true;

/* Presses, stops in words, kills, false alarms, forgeries and hasty resets, all counted as one. */
byte troubles;
#define isTrouble (troubles < TROUBLES)

/* What an onlooker knows, and nobody in the system reads. */
bool isHalted;          /* there was an edge, and no reset since that was given after it */
bool isEdgeSince = true; /* there was an edge while a reset was carried out */
bool isDecidedBefore = true; /* there was an edge since the intent at hand was decided */
bool isCommandBefore;   /* there was an edge since the waiting command was given */
bool isOrdered = true;  /* somebody who may has asked for trading since the last emergency */
bool isBadOrder, isBadRise;

#define isOpenGate (!haltEmergency && !haltReconciling && !haltGuard)
#define canTrade (mode == automatic && isOpenGate && !isOpen && !isKilled)
#define isQuiet (!isResting && len(orders) == 0)
#define canClimb (mode == manual && standing == automatic && isOpenGate)
/* What `status` shows to somebody who wants to reset. */
#define isReady (!isCooling && !isTripNew && !isOpen)
#define isWaiting ((isOpen && !isSeen) || isStopAsked || isTripNew || len(commands) > 0 || \
  canClimb || (haltReconciling && isReconciled) || isGuardUp == haltGuard)

/* No order is accepted whose last check began after an edge, or that was decided before one. */
ltl no_order_after_halt { [] !isBadOrder }
/* The mode rises only on the word of somebody who may, and who spoke after the last edge. */
ltl no_rise_without_authorisation { [] !isBadRise }
/* However it came to the halt, people who reset and ask for trading get it. */
ltl no_stuck_halt { [] (isHalted -> <> (canTrade || isAbandoned)) }
/* After a kill, or a halt, nothing of ours rests at the venue or is under way to it. */
ltl every_crash_leads_to_cancel { [] ((isKilled || isHalted) -> <> isQuiet) }

inline edge() {
  isHalted = true;
  isEdgeSince = true;
  isDecidedBefore = true;
  isCommandBefore = (len(commands) > 0)
}

/* Gate.close. */
inline close(cause) {
  isEpochOver = true;
  cause = true
}

/* The gate's part of RunningDesk.trip. The latch is written next, before anything else. */
inline tripGate() {
  close(haltEmergency);
  isTripNew = true
}

/* ControlDesk.reconcileAll. */
inline reconcile() {
  close(haltReconciling);
  isReconciled = false;
  cancelOfDesk = true
}

/* Gate.check in its order: halt word, contacts, epoch, mode. It is over within one turn. */
inline check() {
  isPassed = false;
  if
  :: !isOpenGate
  :: else ->
    if
    :: isOpen -> tripGate(); isTripping = true
    :: else ->
      if
      :: isEpochOver
      :: else -> isPassed = (mode == automatic || (mode == manual && !isIncrease))
      fi
    fi
  fi
}

/* A strategy decides; the intent carries the epoch. */
inline decide(isToIncrease) {
  turns = (isWaiting -> turns + 1 : 0);
  hasIntent = true;
  isIncrease = isToIncrease;
  isEpochOver = false;
  isDecidedBefore = false
}

/* There is no intent at hand. What is not in use has one value, so that states are the same. */
inline drop() {
  hasIntent = false;
  isJournaled = false;
  isIncrease = false;
  isEpochOver = true;
  isDecidedBefore = true
}

#define isTurn (turns < TURNS || !isWaiting)

/* The daemon: one lane, so one process, whose handlers run to completion unless it is killed. */
active proctype Daemon() {
  bool hasIntent, isJournaled, isIncrease, isPassed, isTripping, isLate, isAllowed, isGranted;
  byte turns;
boot:
  {
    do
    /* The kill switch looks at its pins. */
    :: d_step {
        isOpen && !isSeen ->
        turns = 0;
        isSeen = true;
        isCooling = true;
        if
        :: !haltEmergency -> tripGate(); isTripping = true
        :: else
        fi
      }
    /* The latch is written before anything else can run. */
    :: d_step { isTripping -> isTripping = false; latch = true }
    /* RunningDesk.trip. A stop in words counts from the latch on: before it nobody is answered. */
    :: d_step { isStopAsked && !isTripping -> turns = 0; isStopAsked = false; tripGate() };
      d_step { latch = true; edge() }
    /* ControlDesk.emergency. */
    :: d_step {
        isTripNew && !isTripping ->
        turns = 0;
        isTripNew = false;
        close(haltEmergency);
        mode = emergency;
        reconcile();
        isCooling = true
      };
      d_step { journaled = emergency; standing = manual; isOrdered = false }
    /* ControlDesk.reset. */
    :: d_step {
        !isTripping && commands ? [reset, _] ->
        commands ? reset, isAllowed;
        turns = 0;
        if
        :: isAllowed && mode == emergency && !isTripNew && !isCooling && !isOpen ->
          isGranted = true;
          isEdgeSince = false;
          isBadRise = isBadRise || !isAllowed || isCommandBefore;
          /* Gate.setMode begins an epoch when the mode falls, and Emergency is the last of them. */
          mode = manual;
          isEpochOver = true
        :: else
        fi;
        isAllowed = false;
        isCommandBefore = false
      };
      if
      :: isGranted ->
        journaled = manual;
        d_step { latch = false; isHalted = isEdgeSince; isEdgeSince = true };
        d_step { haltEmergency = false; isGranted = false }
      :: else
      fi
    /* ControlDesk.request; Emergency knows no wish for a mode. */
    :: d_step {
        !isTripping && commands ? [raise, _] ->
        commands ? raise, isAllowed;
        turns = 0;
        if
        :: isAllowed && mode != emergency ->
          standing = automatic;
          isOrdered = isOrdered || isAllowed
        :: else
        fi;
        isAllowed = false;
        isCommandBefore = false
      }
    /* ControlDesk.evaluate. */
    :: d_step {
        canClimb && !isTripping ->
        turns = 0;
        isBadRise = isBadRise || !isOrdered;
        mode = automatic;
        journaled = automatic
      }
    /* ControlDesk.venueReconciled. */
    :: d_step {
        haltReconciling && isReconciled && !isTripping ->
        turns = 0;
        isReconciled = false;
        haltReconciling = false
      }
    /* The guard is not heard any more, or again. */
    :: d_step { !isGuardUp && !haltGuard && !isTripping -> turns = 0; close(haltGuard); reconcile() }
    :: d_step { isGuardUp && haltGuard && !isTripping -> turns = 0; haltGuard = false }
    :: d_step { !hasIntent && !isTripping && isTurn -> decide(true) }
    :: d_step { !hasIntent && !isTripping && isTurn -> decide(false) }
    /* First check, then the intent is journaled. */
    :: d_step {
        hasIntent && !isJournaled && !isTripping && isTurn ->
        turns = (isWaiting -> turns + 1 : 0);
        check();
        if
        :: isPassed -> isJournaled = true
        :: else -> drop()
        fi;
        isPassed = false
      }
    /* Second check and the write: what an onlooker sees is taken when the check begins. */
    :: d_step {
        hasIntent && isJournaled && !isTripping && isTurn ->
        turns = (isWaiting -> turns + 1 : 0);
        isLate = isHalted || isDecidedBefore;
        check();
        if
        :: isPassed && len(orders) == 0 -> orders ! isLate
        :: else
        fi;
        drop();
        isPassed = false;
        isLate = false
      }
    od
  } unless { isKilled };
  /* Memory is gone. Somebody starts the daemon anew, or nobody does. */
  d_step {
    drop();
    turns = 0; isPassed = false; isTripping = false; isLate = false; isAllowed = false;
    isGranted = false; isTripNew = false; isStopAsked = false; isEdgeSince = true;
    do
    :: len(commands) > 0 -> commands ? _, _
    :: else -> break
    od;
    isCommandBefore = false
  };
  if
  :: true
  :: isAbandoned = true; false
  fi;
  /* A new gate is closed. restoreMode: Emergency stays, everything else comes back at manual. */
  d_step {
    haltReconciling = true; haltGuard = true; isReconciled = false; cancelOfDesk = true;
    haltEmergency = latch || journaled == emergency;
    isCooling = haltEmergency;
    if
    :: haltEmergency -> mode = emergency; standing = manual; isOrdered = false
    :: else -> mode = manual
    fi;
    isKilled = false
  };
  goto boot
}

/* The guard: cancels for a daemon that is silent, and at its own sight of an open contact. */
active proctype Guard() {
  do
  :: isKilled && !isQuiet && !cancelOfGuard -> cancelOfGuard = true
  :: isOpen && isResting && !cancelOfGuard -> cancelOfGuard = true
  /* A loop that is blocked looks like one that is dead. */
  :: d_step { isTrouble && !cancelOfGuard -> troubles++; cancelOfGuard = true }
  :: d_step { isTrouble -> troubles++; isGuardUp = false }; isGuardUp = true
  od
}

/* What is under way to the venue arrives some day, in whatever order. */
active proctype Wire() {
  bool isLate;
  do
  :: d_step { orders ? isLate -> isBadOrder = isBadOrder || isLate; isLate = false; isResting = true }
  od
}

/* A reconciliation asks for each order by its id until the venue may not take it any more. */
active proctype Venue() {
  do
  :: d_step {
      cancelOfDesk && len(orders) == 0 -> isResting = false; cancelOfDesk = false;
      isReconciled = true
    }
  :: d_step { cancelOfGuard -> isResting = false; cancelOfGuard = false }
  od
}

/* The button keeps what was pressed until somebody lets it go who has seen the desk stand still. */
active proctype Button() {
  do
  :: d_step { isTrouble && !isOpen -> troubles++; isOpen = true; isSeen = false; edge() }
  :: d_step { isOpen && isSeen && latch -> isOpen = false; isSeen = false }
  od
}

/* People who may, and who want to trade. They look before they reset, but for a hasty one. */
active proctype Operator() {
  do
  :: d_step { isTrouble && !isStopAsked && !isKilled -> troubles++; isStopAsked = true }
  :: d_step {
      mode == emergency && nfull(commands) && (isReady || isTrouble) ->
      troubles = (isReady -> troubles : troubles + 1);
      commands ! reset, true;
      isCommandBefore = false
    }
  :: d_step {
      mode == manual && standing == manual && nfull(commands) ->
      commands ! raise, true;
      isCommandBefore = false
    }
  od
}

/* People and programs who may not. */
active proctype Stranger() {
  do
  :: d_step {
      isTrouble && nfull(commands) -> troubles++; isCommandBefore = false;
      commands ! reset, false
    }
  :: d_step {
      isTrouble && nfull(commands) -> troubles++; isCommandBefore = false;
      commands ! raise, false
    }
  od
}

/* The cool-down goes by; it is longer than a command waits in a mailbox. */
active proctype Time() {
  do
  :: d_step { isCooling && !isCommandBefore && !isOpen && !isTripNew -> isCooling = false }
  od
}

/* kill -9 of the daemon. */
active proctype Killer() {
  do
  :: d_step { isTrouble && !isKilled -> troubles++; isKilled = true }
  od
}
