# What the wrappers share that do more than tell; the others are the program that wrapper.c makes.

our ($name, $real);
$name = $0 =~ s{.*/}{}r;

# The next program of that name on PATH, that is not one of ours.
my $own = join ':', (stat "/usr/local/sbin/$name")[0, 1];
my $self = join ':', (stat $0)[0, 1];
for my $folder (split /:/, $ENV{PATH} // '/usr/local/bin:/usr/bin:/bin', -1) {
    my $path = ($folder eq '' ? '.' : $folder) . "/$name";
    next unless -f $path && -x _;
    my $id = join ':', (stat _)[0, 1];
    next if $id eq $self || $id eq $own;
    $real = $path;
    last;
}
unless (defined $real) {
    print STDERR "bash: $name: command not found\n";
    exit 127;
}

sub traced { return defined $ENV{DRILL_TRACE} && -p $ENV{DRILL_TRACE} }

sub exec_real {
    exec { $real } $name, @ARGV;
    print STDERR "bash: $real: $!\n";
    exit($! == 2 ? 127 : 126);
}

# The clock in seconds with fraction (clock_gettime, by its number: a module would cost more than the rest of this).
my $clock = -e '/lib64/ld-linux-x86-64.so.2' ? 228 : -e '/lib/ld-linux-aarch64.so.1' ? 113 : undef;

sub now {
    return time unless defined $clock;
    my $value = "\0" x 16;
    syscall($clock, 0, $value);
    my ($seconds, $nanoseconds) = unpack 'qq', $value;
    return sprintf '%d.%06d', $seconds, $nanoseconds / 1000;
}

# Runs the real program and waits. Options: argv; collect: a descriptor's reading end that is kept whole (up to 64 KiB);
# lines: a reference that counts the lines of its standard output. Gives exit code, signal, tail of standard error, start, collected.
sub run_real {
    my %options = @_;
    my $start = now();
    pipe(my $err, my $err_in) or exec_real();
    pipe(my $ended, my $ending) or exec_real();
    my ($out, $out_in);
    pipe($out, $out_in) if $options{lines};
    $SIG{CHLD} = sub { syswrite $ending, 'x' };
    my $child;
    for my $signal (qw(INT TERM HUP QUIT USR1 USR2 CONT ALRM WINCH)) {
        next if ($SIG{$signal} // '') eq 'IGNORE';
        $SIG{$signal} = sub { kill $signal, $child if $child };
    }
    $child = fork;
    if (!defined $child) { exec_real() }
    if ($child == 0) {
        $SIG{$_} = 'DEFAULT' for 'CHLD', grep { ref $SIG{$_} } keys %SIG;
        # Killed with this process: PR_SET_PDEATHSIG, SIGKILL.
        syscall($clock == 228 ? 157 : 167, 1, 9, 0, 0, 0) if defined $clock;
        open STDERR, '>&=', fileno $err_in and POSIX_dup2(fileno $err_in, 2);
        POSIX_dup2(fileno $out_in, 1) if $out_in;
        exec { $real } $name, @{ $options{argv} };
        print STDERR "bash: $real: $!\n";
        exec '/bin/sh', '-c', $! == 2 ? 'exit 127' : 'exit 126';
    }
    close $_ for grep { defined } $err_in, $out_in, $options{collect_in};
    # Who feeds it, or reads from it, must notice its end.
    close STDIN;
    close STDOUT unless $out;
    my ($tail, $collected, $status, $dead) = ('', '');
    my %open = map { fileno($_) => $_ } grep { defined } $err, $out, $options{collect};
    while (%open) {
        my $wanted = '';
        vec($wanted, $_, 1) = 1 for keys %open;
        vec($wanted, fileno $ended, 1) = 1 unless $dead;
        # What a child of it left in the background keeps open is waited for no longer than it has something to say.
        my $found = select(my $ready = $wanted, undef, undef, $dead ? 0 : undef);
        next if $found < 0;
        last if $dead && $found == 0;
        if (!$dead && vec($ready, fileno $ended, 1)) {
            sysread $ended, my $byte, 64;
            if (waitpid($child, 1) == $child) { $status = $?; $dead = 1 }
        }
        for my $fd (keys %open) {
            next unless vec($ready, $fd, 1);
            my $count = sysread $open{$fd}, my $data, 65536;
            if (!$count) { delete $open{$fd} if defined $count; next }
            if ($fd == fileno $err) {
                $tail = substr $tail . $data, -2048;
                kill 'PIPE', $child unless pass(*STDERR, $data);
            } elsif ($out && $fd == fileno $out) {
                ${ $options{lines} } += $data =~ tr/\n//;
                kill 'PIPE', $child unless pass(*STDOUT, $data);
            } elsif (length $collected < 65536) {
                $collected .= $data;
            }
        }
    }
    unless ($dead) {
        1 while waitpid($child, 0) == -1 && $! == 4;
        $status = $?;
    }
    forward($err) if $open{ fileno $err };
    my $signal = $status & 127;
    return ($signal ? 128 + $signal : $status >> 8, $signal, $tail, $start, $collected);
}

# Takes over for a child in the background that still has our end of its standard error.
sub forward {
    my ($from) = @_;
    return if fork;
    $SIG{$_} = 'DEFAULT' for grep { ref $SIG{$_} } keys %SIG;
    close STDOUT;
    while (my $count = sysread $from, my $data, 65536) { last unless pass(*STDERR, $data) }
    kill 'KILL', $$;
}

sub pass {
    my ($to, $data) = @_;
    local $SIG{PIPE} = 'IGNORE';
    while (length $data) {
        my $written = syswrite $to, $data;
        if (!defined $written) { next if $! == 4; return 0 }
        substr($data, 0, $written) = '';
    }
    return 1;
}

sub POSIX_dup2 {
    my ($from, $to) = @_;
    my $call = $clock == 228 ? 33 : 24;
    return $call == 33 ? syscall($call, $from, $to) : syscall($call, $from, $to, 0);
}

# Tells the trace, in lines short enough to be written in one piece.
sub report {
    my %record = @_;
    my $parent = getppid;
    my $line = '';
    if (open my $file, '<', "/proc/$parent/cmdline") { local $/; $line = <$file> // '' }
    $line =~ s/\0+$//;
    $line =~ tr/\0/ /;
    my ($room, @arguments) = (1024);
    for my $argument (@{ $record{args} }) {
        last if $room <= 0;
        push @arguments, substr $argument, 0, $room;
        $room -= 1 + length $argument;
    }
    my $bytes = join "\0", $record{tool}, $ENV{DRILL_AT} // '0:0', $record{start}, now(), $record{code}, $record{count}, $parent,
        readlink('/proc/self/cwd') // '', substr($line, 0, 1024), $record{stderr} =~ tr/\0//dr, @arguments;
    my @parts = unpack '(a1800)*', $bytes;
    sysopen my $trace, $ENV{DRILL_TRACE}, 1 or return;
    local $SIG{PIPE} = 'IGNORE';
    syswrite $trace, join("\x1f", 'T', $$, $_, scalar @parts, unpack('H*', $parts[$_])) . "\n" for 0 .. $#parts;
}

# Ends as the real program has.
sub leave {
    my ($code, $signal) = @_;
    if ($signal) {
        $SIG{ (split ' ', 'ZERO HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM')[$signal] // 'KILL' } = 'DEFAULT' if $signal != 9;
        kill $signal, $$;
    }
    exit $code;
}
1;
