//! The synchronisation: carries the statuses of Teams to Swyx, and calls in Swyx to Teams.
