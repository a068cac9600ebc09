//! Which Swyx user is which Teams user.
