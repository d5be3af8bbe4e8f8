// SPDX-License-Identifier: GPL-2.0
// many-threads N [MS [coming-and-going]]: one process with N threads
// including the first. Prints "ready" when each has used the CPU for MS
// milliseconds, and sleeps until it is killed. With coming-and-going,
// further threads are created, use the CPU and exit all the time.
#include "process.h"

#include <chrono>
#include <cstring>
#include <iostream>
#include <thread>

#include <pthread.h>
#include <semaphore.h>

namespace {

std::chrono::milliseconds work{0};
sem_t finished;

void compute()
{
	const auto used = [] {
		timespec now;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
		return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
	};
	while (used() < work)
		;
}

void *compute_and_sleep(void *)
{
	compute();
	sem_post(&finished);
	process::sleep_forever();
}

[[noreturn]] void come_and_go()
{
	for (;;)
		std::thread(compute).join();
}

} // namespace

int main(int argc, char **argv)
{
	const int wanted = argc >= 2 ? std::atoi(argv[1]) : 0;
	const bool coming_and_going = argc == 4 && !std::strcmp(argv[3], "coming-and-going");
	if (wanted < 1 || argc > 4 || (argc == 4 && !coming_and_going)) {
		std::cerr << "many-threads: N [MS [coming-and-going]]\n";
		return 2;
	}
	if (argc >= 3)
		work = std::chrono::milliseconds(std::atoi(argv[2]));
	sem_init(&finished, 0, 0);
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	for (int i = 1; i < wanted; ++i) {
		pthread_t thread;
		errno = pthread_create(&thread, &small, compute_and_sleep, nullptr);
		process::need(errno == 0, "pthread_create");
	}
	compute();
	for (int i = 1; i < wanted; ++i)
		while (sem_wait(&finished) != 0)
			;
	std::cout << "ready" << std::endl;
	if (coming_and_going)
		come_and_go();
	process::sleep_forever();
}
