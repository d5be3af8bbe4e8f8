# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # dkms-helper and its parts share variables
# Part of dkms-helper: unloads the module, and loads another one.

is_loaded() { [ -d "/sys/module/$name" ]; }

# Whether the loaded module is the one that was built: the same sources, and the
# same version, which their checksum does not cover
is_current() {
	for field in srcversion version; do
		[ "$(cat "/sys/module/$name/$field" 2>/dev/null)" = "$(modinfo -F $field "$(module_of "$running")" 2>/dev/null)" ] || return 1
	done
}

is_going() { [ "$(cat "/sys/module/$name/initstate" 2>/dev/null)" = going ]; }

# blacklist: prints the file or the kernel parameter that forbids loading the module.
blacklist() {
	{
		for directory in /etc/modprobe.d /run/modprobe.d /usr/local/lib/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d; do
			grep -lsE "^[[:space:]]*(blacklist|install)[[:space:]]+$name([[:space:]]|\$)" "$directory"/*.conf
		done
		{ tr ' ' '\n' </proc/cmdline; } 2>/dev/null | grep -E "^(modprobe\.|module_)blacklist=(.*,)?$name(,|\$)"
	} | head -n 1
}

is_blacklisted() { [ -n "$(blacklist)" ]; }

# boot_mask: prints the file that keeps systemd from loading the module at boot; then
# nothing else loads it automatically. The first of this name counts; see modules-load.d(5).
boot_mask() {
	for directory in /etc /run /usr/local/lib /usr/lib /lib; do
		file=$directory/modules-load.d/$name.conf
		[ -e "$file" ] || [ -L "$file" ] || continue
		grep -qsx "[[:space:]]*${name}[[:space:]]*" "$file" || print "$file"
		return
	done
}

# Whether the kernel loads only signed modules: Secure Boot, lockdown, or a parameter
wants_signatures() {
	[ "$(cat /sys/module/module/parameters/sig_enforce 2>/dev/null)" = Y ] ||
		grep -qs '\[integrity\]\|\[confidentiality\]' /sys/kernel/security/lockdown
}

# within SECONDS COMMAND...: repeats the command until it succeeds; returns 1 after that
# time. The clock of a board without a battery jumps, so the uptime is used.
within() {
	read -r now rest </proc/uptime
	deadline=$((${now%.*} + $1))
	shift
	until "$@"; do
		read -r now rest </proc/uptime
		[ "${now%.*}" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}

# detached COMMAND...: runs it in its own session and does not wait for it. It
# inherits no descriptor: any may be a pipe that apt or debconf reads until it is
# closed, or this script's lock. Only bash can close those above 9.
detached() {
	# shellcheck disable=SC2016 # expanded by that shell
	(cd / && setsid --fork env -i PATH="$PATH" bash -c 'for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			[ "$fd" -le 2 ] || eval "exec $fd>&-"
		done
		exec "$@"' bash "$@" </dev/null >/dev/null 2>&1)
}

# in_unit COMMAND...: the same in a systemd unit. When a service that runs apt ends,
# as PackageKit does when it is idle, systemd kills all processes that it started,
# whatever their session. At shutdown the unit may be in an uninterruptible call, so
# systemd should not wait long for it.
in_unit() {
	[ -d /run/systemd/system ] || return 1
	timeout -k 1 5 systemd-run --quiet --collect --no-block --description="Unload the kernel module $name" \
		--setenv=PATH="$PATH" -p TimeoutStopSec=2 -p SendSIGKILL=no "$@" </dev/null >/dev/null 2>&1
}

# Seconds that apt waits for rmmod. Any user can make a call to /proc/psinfo that never
# returns, and rmmod waits for it in the kernel, uninterruptibly. A call that can return
# does so within milliseconds, on a busy machine within seconds.
unload_timeout=10

make_run() { [ -d "$run" ] || mkdir -m 700 "$run"; }

# Start rmmod-job, and wait until it has the lock, or has exited because another job has
# it: either way it removes the request. Returns 1 and sets reason on failure.
start_rmmod_job() {
	reason=$({ make_run && touch "$run/requested"; } 2>&1) || return 1
	in_unit "$helper" rmmod-job && within 5 test ! -e "$run/requested" && return
	detached "$helper" rmmod-job && within 5 test ! -e "$run/requested" && return
	rm -f "$run/requested"
	reason="rmmod could not be started"
	return 1
}

rmmod_job_ends_within() { flock -w "$1" "$run/unloading" true; }

# The error message of rmmod, without the debugging lines of libkmod
rmmod_error() {
	error=$(grep -v libkmod/ "$run/rmmod.log" 2>/dev/null | sed 's/^rmmod: ERROR: //' | paste -sd' ')
	print "${error:-rmmod failed}"
}

# unload: returns 1 if rmmod-job is still running after the timeout.
unload() {
	owns_kernel && is_loaded || return 0
	if ! start_rmmod_job; then
		say "cannot unload the module: $reason; it stays loaded until the next boot"
		return 0
	fi
	if ! rmmod_job_ends_within 2; then
		say "waiting for rmmod ..."
		if ! rmmod_job_ends_within $((unload_timeout - 2)); then
			is_going || say "cannot unload the module yet: rmmod has not finished after $unload_timeout seconds"
			return 1
		fi
	fi
	! is_loaded || say "cannot unload the module: $(rmmod_error); it stays loaded until the next boot"
}

# Runs detached. At most one job holds the lock, and keeps it until rmmod has returned.
# If the caller timed out and called reload_later, this loads the module afterwards; by
# then the package may have been upgraded again, or removed.
rmmod_job() {
	exec 8>"$run/unloading"
	if ! flock -n 8; then
		rm -f "$run/requested"
		return
	fi
	# If systemd started this job too late, another one has handled the request.
	rm "$run/requested" 2>/dev/null || return 0
	# If it is going, another rmmod is in progress: a removal deletes $run, and with it
	# the lock of that job. Not modprobe -r, which needs the file: it may not exist.
	{ is_going || LC_ALL=C rmmod "$name"; } 2>"$run/rmmod.log"
	while is_going; do
		sleep 1
	done
	exec 8>&-
	# Of two jobs, only one succeeds in removing it.
	rm "$run/reload" 2>/dev/null || return 0
	[ ! -x "$helper" ] || exec "$helper" ensure
}

# Ask rmmod-job to load the module. It releases the lock before it checks for the file:
# if the lock is free now, it may have missed the file, but load() need not wait for it.
reload_later() {
	touch "$run/reload"
	! flock -n "$run/unloading" true || rm -f "$run/reload"
}

# callers: prints PID, UID and name of each process inside a call to /proc/psinfo.
# Reading the files of a process can block for as long as that process wants, even
# uninterruptibly. So a detached process reads them; this one takes what has been found
# after 20 seconds and does not wait for it to end.
callers() {
	{ make_run && rm -f "$run/callers"; } 2>/dev/null || return 0
	detached timeout -k 1 20 "$helper" callers-job
	within 22 grep -qsx end "$run/callers" || :
	grep -sv '^end$' "$run/callers" | sort -nu
}

# Finds callers by the kernel stacks of all threads. While a read copies its bytes, the
# stack has no frame of the module; then the thread must have the file open. rmmod, which
# waits for the calls, is skipped. nice -n -20: busy loops may be what keeps the calls
# from returning. A stack that blocks delays only its batch, which is then read singly.
callers_job() {
	# shellcheck disable=SC2016 # expanded by that shell
	printf '%s\0' /proc/[0-9]*/task/[0-9]*/stack 2>/dev/null |
		nice -n -20 xargs -0 -n 32 -P 4 sh -c '
			timeout -k 1 2 grep -lsE --line-buffered "$0" "$@"
			[ $? -lt 124 ] || for stack; do
				timeout -k 1 1 grep -lsE "$0" "$stack"
			done' "\[$name\]|proc_reg_" 2>/dev/null |
		while read -r stack; do
			task=${stack%/stack}
			case $(timeout -k 1 2 cat "$stack" 2>/dev/null) in
			*delete_module*) continue ;;
			*"[$name]"*) ;;
			*proc_reg_*) timeout -k 1 2 find "$task/fd" \( -lname "*/$name" -o -lname "*/$name (deleted)" \) 2>/dev/null | grep -q . || continue ;;
			*) continue ;;
			esac
			pid=${task#/proc/}
			pid=${pid%%/*}
			# Not the command line: reading it could hang like the call itself. The
			# name may contain terminal escapes, which are removed.
			comm=$(LC_ALL=C tr -cd ' -~' 2>/dev/null <"/proc/$pid/comm")
			uid=$(sed -n 's/^Uid:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
			# Without a uid, it has exited meanwhile.
			[ -z "$uid" ] || print "$pid $uid $comm"
		done
	echo end
}

# why_not_unloaded WHAT: names the processes that rmmod waits for, and says that WHAT
# happens when they end.
why_not_unloaded() {
	found=$(callers)
	count=$(printf '%s' "$found" | grep -c .)
	pids='' who=''
	while read -r pid uid comm; do
		[ -n "$pid" ] || continue
		pids="${pids:+$pids }$pid"
		who="${who:+$who, }$pid ($comm, user $(id -nu "$uid" 2>/dev/null || print "$uid"))"
	done <<-END
		$(printf '%s\n' "$found" | head -n 5)
	END
	if [ "$count" -eq 0 ]; then
		print "$name could not determine which process blocks this; a reboot helps. $1 when that process ends or at the next boot."
	elif [ "$count" -eq 1 ]; then
		print "process $who is still inside a call to $proc. $1 when it ends (sudo kill -9 $pids) or at the next boot."
	elif [ "$count" -le 5 ]; then
		print "processes $who are still inside calls to $proc. $1 when they end (sudo kill -9 $pids) or at the next boot."
	else
		others="; then sudo $helper report lists the others"
		! is_being_removed || others=''
		print "processes $who and $((count - 5)) more are still inside calls to $proc. $1 when they all end (sudo kill -9 $pids$others) or at the next boot."
	fi
}

load() {
	owns_kernel && is_built "$running" && ! is_being_removed || return 0
	is_loaded || [ -z "$(boot_mask)" ] || return 0
	if is_loaded && { is_going || ! is_current; }; then
		unload || reload_later
	fi
	# -b: respect a blacklist here, too.
	is_loaded || why_not_loaded=$(modprobe -b "$name" 2>&1) || :
	wait_seconds=0
	while is_loaded && ! is_going && [ ! -e "$proc" ] && [ $wait_seconds -lt 5 ]; do
		sleep 1
		wait_seconds=$((wait_seconds + 1))
	done
}
