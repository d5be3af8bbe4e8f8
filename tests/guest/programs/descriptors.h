// SPDX-License-Identifier: GPL-2.0
// Passes file descriptors between processes through a socket.
#pragma once

#include <cstring>

#include <sys/socket.h>

namespace descriptors {

// A message of one byte and one descriptor
struct Message {
	char byte = 0;
	alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
	iovec data = {&byte, 1};
	msghdr header{};

	Message()
	{
		header.msg_iov = &data;
		header.msg_iovlen = 1;
		header.msg_control = control;
		header.msg_controllen = sizeof(control);
	}
	Message(const Message &) = delete;
	Message &operator=(const Message &) = delete;
};

// Returns false and sets errno on failure.
inline bool send(int socket, int fd, int flags = 0)
{
	Message message;
	cmsghdr *header = CMSG_FIRSTHDR(&message.header);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message.header, flags) == 1;
}

// Returns -1 if none was received.
inline int receive(int socket, int flags = 0)
{
	Message message;
	int fd = -1;
	if (recvmsg(socket, &message.header, flags) != 1)
		return -1;
	if (const cmsghdr *header = CMSG_FIRSTHDR(&message.header))
		std::memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

} // namespace descriptors
